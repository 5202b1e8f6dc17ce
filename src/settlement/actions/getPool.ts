// Money of an epoch's contributors, by model.
import { type Wei, wei } from '../../lib/units.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface EpochPool {
  readonly epoch: bigint;
  readonly total: Wei;
  readonly models: readonly { readonly modelId: Hex; readonly amount: Wei }[];
}

export interface GetPoolParameters extends ReadOptions {
  readonly epoch: bigint;
}

export type GetPoolReturnType = EpochPool;

export type GetPoolErrorType = EventReaderErrorType;

/** Sums of what collections paid to contributors, models in the order of their first payment. */
export async function getPool(
  { events }: Pick<SettlementClient, 'events'>,
  { epoch, ...options }: GetPoolParameters,
): Promise<GetPoolReturnType> {
  const amounts = new Map<Hex, bigint>();
  for (const { args } of await events.list({ name: 'Funded', args: { epoch }, ...options })) {
    amounts.set(args.modelId, (amounts.get(args.modelId) ?? 0n) + args.toContributors);
  }
  return {
    epoch,
    total: wei([...amounts.values()].reduce((sum, amount) => sum + amount, 0n)),
    models: [...amounts].map(([modelId, amount]) => ({ modelId, amount: wei(amount) })),
  };
}
