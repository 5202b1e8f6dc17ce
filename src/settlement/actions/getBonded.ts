// Free bond of an attestor.
import { type Wei, wei } from '../../lib/units.ts';
import { type ReadErrorType, read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface GetBondedParameters extends ReadOptions {
  readonly address: Address;
}

/** Wei of OPEN that no proposal locks. */
export type GetBondedReturnType = Wei;

export type GetBondedErrorType = ReadErrorType;

export async function getBonded(
  client: SettlementClient,
  { address, ...options }: GetBondedParameters,
): Promise<GetBondedReturnType> {
  const call = { ...client.contracts.rewardsDistributor, functionName: 'attestor', args: [address] } as const;
  const { bonded, locked } = await read(client, call, options);
  return wei(bonded - locked);
}
