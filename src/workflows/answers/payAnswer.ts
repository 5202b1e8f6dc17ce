// Paying one answer: the next voucher of its channel, signed by the session key and stored before it leaves the browser.
import { TributaryError } from '../../lib/errors.ts';
import { type Address, type Channel, channelKey, type Hex, nextVoucher, signVoucher } from '../../settlement/index.ts';
import { answerPrice } from './answerPrice.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import type { PaymentTerms } from './paymentTerms.ts';
import { sessionId } from './sessionId.ts';

export interface PayAnswerParameters {
  readonly payer: Address;
  readonly terms: PaymentTerms;
  /** Generated tokens of the answer. */
  readonly tokens: number;
  /** SHA-256 of the answer's receipt, 64 hexadecimal digits. */
  readonly receiptDigest: string;
  readonly ports: PaymentPorts;
}

export interface PaidAnswer {
  readonly voucherId: string;
  /** Wei of OPEN. */
  readonly amount: bigint;
}

/** Throws `PAYMENT_NOT_SET_UP` without a session key, and what `nextVoucher`, chain and tables throw. */
export async function payAnswer({
  payer,
  terms: { modelId, price },
  tokens,
  receiptDigest,
  ports,
}: PayAnswerParameters): Promise<PaidAnswer> {
  const { deployment, vouchers } = ports;
  const key = await ports.sessions.get(sessionId(deployment, payer));
  if (key === undefined) {
    throw new TributaryError({
      code: 'PAYMENT_NOT_SET_UP',
      message: 'This browser has no key that may pay for this wallet.',
      facts: { payer },
      hint: 'Set up payment once; answers are then paid without asking.',
    });
  }
  const amount = answerPrice({ price, tokens });
  const { epoch } = await (await ports.chain()).epoch();
  const id = `${deployment.genesisHash}/${channelKey({ payer, modelId, epoch })}`.toLowerCase();
  await ports.withVoucherLock(async () => {
    const before = await vouchers.get(id);
    const { voucher, channel } = nextVoucher({
      channel: before?.channel as Channel | undefined,
      payer,
      modelId,
      epoch,
      amount,
      receiptDigest: `0x${receiptDigest}`,
    });
    const signed = await signVoucher({
      deployment,
      voucher,
      channel,
      key: { address: key.address as Hex, privateKey: key.privateKey as Hex },
    });
    await vouchers.put({
      id,
      payer,
      modelId,
      epoch: epoch.toString(),
      cumulative: channel.cumulative,
      channel,
      signed,
      announced: 'no',
      updatedAt: ports.now(),
    });
  });
  return { voucherId: id, amount };
}
