// Asks part of the prepaid account back.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';

export interface ThawParameters extends WriteOptions {
  /** Wei of OPEN. */
  readonly amount: bigint;
}

export type ThawReturnType = Confirmation;

export type ThawErrorType = WriteErrorType | ContractErrorCode<'InsufficientBalance'>;

/** Starts the thaw of `amount`, which `withdraw` pays out after `profile.thawSeconds`. Replaces a running thaw. */
export async function thaw(client: SettlementClient, { amount, ...options }: ThawParameters): Promise<ThawReturnType> {
  const call = { ...client.contracts.inferenceEscrow, functionName: 'thaw', args: [amount] } as const;
  return (await write(client, call, options)).confirmation;
}
