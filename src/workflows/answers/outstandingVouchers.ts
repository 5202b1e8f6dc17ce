// What this browser promised and the chain has not collected yet.
import type { Address, Channel } from '../../settlement/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';

export interface OutstandingVouchersParameters {
  readonly payer: Address;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'vouchers'>;
}

/** Wei of OPEN by lower-case address of the key that promised them. */
export type OutstandingVouchers = ReadonlyMap<string, bigint>;

/**
 * What vouchers of this payer may still take from the escrow. Those of epochs before the last are void: they can no
 * longer be collected. Throws what the chain throws.
 */
export async function outstandingVouchers({
  payer,
  ports,
}: OutstandingVouchersParameters): Promise<OutstandingVouchers> {
  const chain = await ports.chain();
  const [{ epoch: current }, records] = await Promise.all([
    chain.epoch(),
    ports.vouchers.startingWith(ports.deployment.genesisHash.toLowerCase()),
  ]);
  const channels = records
    .filter((record) => record.payer === payer && BigInt(record.epoch) >= current - 1n)
    .map(({ channel }) => channel as Channel);
  const collected = await Promise.all(channels.map((channel) => chain.collected(channel)));
  const outstanding = new Map<string, bigint>();
  channels.forEach(({ signer, cumulative }, index) => {
    const key = signer.toLowerCase();
    const owed = cumulative - (collected[index] ?? 0n);
    if (owed > 0n) outstanding.set(key, (outstanding.get(key) ?? 0n) + owed);
  });
  return outstanding;
}
