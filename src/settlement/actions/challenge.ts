// Disputes the pending root.

import { approve } from '../client/approve.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import { read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface ChallengeParameters extends WriteOptions {
  /** SHA-256 of the published evidence. */
  readonly evidenceDigest: Hex;
}

export type ChallengeReturnType = Confirmation;

export type ChallengeErrorType =
  | WriteErrorType
  | ContractErrorCode<'WrongStatus' | 'WindowClosed' | 'ERC20InsufficientBalance'>;

/** Stakes as much as the proposer's bond, in two transactions (`approve`, unless an earlier try did it, and `challenge`). Returns the second. */
export async function challenge(
  client: SettlementClient,
  { evidenceDigest, ...options }: ChallengeParameters,
): Promise<ChallengeReturnType> {
  const { rewardsDistributor } = client.contracts;
  const pending = await read(client, { ...rewardsDistributor, functionName: 'pending', args: [] }, options);
  await approve(client, { spender: rewardsDistributor.address, amount: pending.bond }, options);
  const call = { ...rewardsDistributor, functionName: 'challenge', args: [evidenceDigest] } as const;
  return (await write(client, call, options)).confirmation;
}
