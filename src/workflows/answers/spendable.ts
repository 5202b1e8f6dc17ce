// What this browser's key may still spend for a payer: the one place where that is decided, for the price shown before an answer
// and for the voucher after it.
import type { Address, Hex } from '../../settlement/index.ts';
import type { SessionRecord } from '../../store/index.ts';
import { outstandingVouchers } from './outstandingVouchers.ts';
import type { PaymentPorts } from './paymentPorts.ts';
import { sessionId } from './sessionId.ts';

export type Spendable =
  /** `ended`: there was a key, and the chain's clock has passed its end. */
  | { readonly status: 'notSetUp' | 'ended' }
  | {
      readonly status: 'allowed';
      readonly record: SessionRecord;
      /** Wei that further answers may cost; 0 or less when all is used up. */
      readonly left: bigint;
      /** Of the epoch that runs. */
      readonly epoch: bigint;
    };

export interface SpendableParameters {
  readonly payer: Address;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'sessions' | 'vouchers'>;
}

/** By the chain: what this browser stored about a key is only where it is. Throws what the chain throws. */
export async function spendable({ payer, ports }: SpendableParameters): Promise<Spendable> {
  const record = await ports.sessions.get(sessionId(ports.deployment, payer));
  if (record === undefined) return { status: 'notSetUp' };
  const chain = await ports.chain();
  const [epoch, key, { escrow, thawing }, outstanding] = await Promise.all([
    chain.epoch(),
    chain.sessionKey({ payer, signer: record.address as Hex }),
    chain.balances(payer),
    outstandingVouchers({ payer, ports }),
  ]);
  if (key.validUntil === 0) return { status: 'notSetUp' };
  if (key.validUntil <= epoch.now) return { status: 'ended' };
  // The cap is this key's; the prepaid amount is also drawn on by keys that this browser had before.
  const capLeft = key.cap - key.spent - (outstanding.get(record.address.toLowerCase()) ?? 0n);
  const free = escrow - thawing - [...outstanding.values()].reduce((total, part) => total + part, 0n);
  return { status: 'allowed', record, left: capLeft < free ? capLeft : free, epoch: epoch.epoch };
}
