// Whether an answer was paid already: the voucher is stored before anything is written to the answer, and the page may be closed
// in between.
import type { Channel, Hex } from '../../settlement/index.ts';
import type { PaidAnswer } from './payAnswer.ts';
import type { PaymentPorts } from './paymentPorts.ts';

export interface FindPaymentParameters {
  /** SHA-256 of the answer's receipt, 64 hexadecimal digits. */
  readonly receiptDigest: string;
  readonly ports: Pick<PaymentPorts, 'deployment' | 'vouchers'>;
}

/** What this browser paid for the receipt, undefined for nothing. Throws what the tables throw. */
export async function findPayment({ receiptDigest, ports }: FindPaymentParameters): Promise<PaidAnswer | undefined> {
  const receipt: Hex = `0x${receiptDigest}`;
  for (const { id, channel } of await ports.vouchers.startingWith(ports.deployment.genesisHash.toLowerCase())) {
    const { receipts, amounts } = channel as Channel;
    const amount = amounts[receipts.indexOf(receipt)];
    if (amount !== undefined) return { voucherId: id, amount };
  }
  return undefined;
}
