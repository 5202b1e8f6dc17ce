// What this browser promised and the chain has not collected yet.
import type { Address, Channel } from '../../settlement/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';

export interface OutstandingVouchersParameters {
  readonly payer: Address;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'vouchers'>;
}

/**
 * Wei that vouchers of this payer may still take from the escrow. Those of epochs before the last are void: they can no
 * longer be collected. Throws what the chain throws.
 */
export async function outstandingVouchers({ payer, ports }: OutstandingVouchersParameters): Promise<bigint> {
  const chain = await ports.chain();
  const [{ epoch: current }, records] = await Promise.all([
    chain.epoch(),
    ports.vouchers.startingWith(ports.deployment.genesisHash.toLowerCase()),
  ]);
  const parts = await Promise.all(
    records
      .filter((record) => record.payer === payer && BigInt(record.epoch) >= current - 1n)
      .map(async ({ channel }) => {
        const { modelId, epoch, cumulative } = channel as Channel;
        const collected = await chain.collected({ payer, modelId, epoch });
        return cumulative > collected ? cumulative - collected : 0n;
      }),
  );
  return parts.reduce((total, part) => total + part, 0n);
}
