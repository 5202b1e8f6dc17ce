// What this browser's key may still spend for a payer: the one place where that is decided, for the price shown before an answer
// and for the voucher after it.
import type { Address, Channel, Hex } from '../../settlement/index.ts';
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
      /** Wei that further answers of the model may cost; 0 or less when all is used up. */
      readonly left: bigint;
      /** Of the epoch that runs. */
      readonly epoch: bigint;
      /** As `openChannel`. */
      readonly id: string;
      readonly channel: Channel | undefined;
      readonly isSigned: boolean;
    };

export interface SpendableParameters {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'heardVouchers' | 'sessions' | 'vouchers'>;
}

/** By the chain: what this browser stored about a key is only where it is. Throws what the chain throws. */
export async function spendable({ payer, modelId, ports }: SpendableParameters): Promise<Spendable> {
  const record = await ports.sessions.get(sessionId(ports.deployment, payer));
  if (record === undefined) return { status: 'notSetUp' };
  const chain = await ports.chain();
  const [epoch, key, { escrow, thawing }, promised] = await Promise.all([
    chain.epoch(),
    chain.sessionKey({ payer, signer: record.address as Hex }),
    chain.balances(payer),
    outstandingVouchers({ payer, ports }),
  ]);
  if (key.validUntil === 0) return { status: 'notSetUp' };
  if (key.validUntil <= epoch.now) return { status: 'ended' };
  // Its next voucher is collected by this key alone, for what other browsers paid in the channel too.
  const { added, ...opened } = await (await import('./openChannel.ts')).openChannel({
    payer,
    modelId,
    epoch,
    signer: record.address,
    ports,
  });
  const capLeft = key.cap - key.spent;
  const free = escrow - thawing;
  // biome-ignore lint/complexity/useMathMinMax: Math.min knows no bigint.
  const left = (capLeft < free ? capLeft : free) - promised - added;
  return { status: 'allowed', record, left, epoch: epoch.epoch, ...opened };
}
