// Paying one answer: the next voucher of its channel, signed by the session key and stored before it leaves the browser.
import { TributaryError } from '../../lib/errors.ts';
import { type Address, type Channel, channelKey, type Hex, nextVoucher, signVoucher } from '../../settlement/index.ts';
import { answerPrice } from './answerPrice.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import type { PaymentTerms } from './paymentTerms.ts';
import { spendable } from './spendable.ts';

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

function refusal(status: 'notSetUp' | 'ended' | 'exhausted', payer: Address): TributaryError {
  if (status === 'ended') {
    return new TributaryError({
      code: 'PAYMENT_KEY_ENDED',
      message: 'The time in which this browser’s key may pay is over.',
      facts: { payer },
      hint: 'Set up payment again; what is prepaid stays.',
    });
  }
  if (status === 'exhausted') {
    return new TributaryError({
      code: 'PAYMENT_EXHAUSTED',
      message: 'What is left of the prepaid amount does not pay this answer.',
      facts: { payer },
      hint: 'Top up; the answer stays, unpaid.',
    });
  }
  return new TributaryError({
    code: 'PAYMENT_NOT_SET_UP',
    message: 'This browser has no key that may pay for this wallet.',
    facts: { payer },
    hint: 'Set up payment once; answers are then paid without asking.',
  });
}

/**
 * Signs and stores the voucher that pays for one answer, in the channel of this browser's key. Throws
 * `PAYMENT_NOT_SET_UP`, `PAYMENT_KEY_ENDED` and `PAYMENT_EXHAUSTED` by what the chain says at that moment, `KEYS_LOCKED`, and what
 * `nextVoucher`, chain and tables throw.
 */
export async function payAnswer({
  payer,
  terms: { modelId, price },
  tokens,
  receiptDigest,
  ports,
}: PayAnswerParameters): Promise<PaidAnswer> {
  const { deployment, vouchers } = ports;
  const amount = answerPrice({ price, tokens });
  // Inside the lock, so that two tabs do not both spend the last of what is left.
  return ports.withVoucherLock(async () => {
    const may = await spendable({ payer, ports });
    if (may.status !== 'allowed') throw refusal(may.status, payer);
    if (may.left < amount) throw refusal('exhausted', payer);
    const key = await ports.signingKey(may.record);
    const { epoch } = may;
    const open = { payer, signer: may.record.address as Hex, modelId, epoch };
    const id = `${deployment.genesisHash}/${channelKey(open)}`.toLowerCase();
    const { voucher, channel } = nextVoucher({
      channel: (await vouchers.get(id))?.channel as Channel | undefined,
      ...open,
      amount,
      receiptDigest: `0x${receiptDigest}`,
    });
    const signed = await signVoucher({ deployment, voucher, channel, key });
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
    return { voucherId: id, amount };
  });
}
