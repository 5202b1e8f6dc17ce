// Somebody who pays for answers, for tests of workflows: vouchers and receipts as a page makes them.
import {
  type Address,
  type Channel,
  createSessionKey,
  type Hex,
  nextVoucher,
  type SignedVoucher,
  signVoucher,
} from '../../settlement/index.ts';
import type { KnownReceipt } from '../epochs/createVoucherInbox.ts';
import { DEPLOYMENT } from './fakeChain.ts';

export interface Answer {
  readonly digest: Hex;
  readonly amount: bigint;
}

/** The vouchers of one channel, one for each answer, each with all receipts so far. */
export async function payAnswers({
  payer,
  modelId,
  epoch,
  answers,
}: {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly answers: readonly Answer[];
}): Promise<readonly SignedVoucher[]> {
  const key = createSessionKey();
  const vouchers: SignedVoucher[] = [];
  let channel: Channel | undefined;
  for (const { digest, amount } of answers) {
    const next = nextVoucher({ channel, payer, signer: key.address, modelId, epoch, amount, receiptDigest: digest });
    channel = next.channel;
    vouchers.push(await signVoucher({ deployment: DEPLOYMENT, ...next, key }));
  }
  return vouchers;
}

export function receiptOf(
  { digest, amount }: Answer,
  modelId: Hex | '',
  shares: KnownReceipt['decoded']['shares'],
): KnownReceipt {
  const subject = { adapter: 'a', model: modelId, payer: '', amount: amount.toString(), timestamp: 0 };
  return { digest, decoded: { subject, shares } };
}
