// Bonds OPEN, as proposing a root requires.

import { approve } from '../client/approve.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';

export interface BondParameters extends WriteOptions {
  /** Wei of OPEN. */
  readonly amount: bigint;
}

export type BondReturnType = Confirmation;

export type BondErrorType = WriteErrorType | ContractErrorCode<'ERC20InsufficientBalance'>;

/** Two transactions: `approve`, unless an earlier try did it, and `bond`. Returns the second. */
export async function bond(client: SettlementClient, { amount, ...options }: BondParameters): Promise<BondReturnType> {
  const { rewardsDistributor } = client.contracts;
  await approve(client, { spender: rewardsDistributor.address, amount }, options);
  return (await write(client, { ...rewardsDistributor, functionName: 'bond', args: [amount] }, options)).confirmation;
}
