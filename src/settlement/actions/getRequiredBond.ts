// Bond that a proposal needs.
import { type Wei, wei } from '../../lib/units.ts';
import { type ReadErrorType, read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { ReadOptions } from '../types/options.ts';

export interface GetRequiredBondParameters extends ReadOptions {
  readonly epoch: bigint;
}

/** Wei of OPEN. */
export type GetRequiredBondReturnType = Wei;

export type GetRequiredBondErrorType = ReadErrorType;

/** The bond that `propose` of this epoch locks. */
export async function getRequiredBond(
  client: SettlementClient,
  { epoch, ...options }: GetRequiredBondParameters,
): Promise<GetRequiredBondReturnType> {
  const call = { ...client.contracts.rewardsDistributor, functionName: 'requiredBond', args: [epoch] } as const;
  return wei(await read(client, call, options));
}
