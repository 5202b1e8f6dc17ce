// Waits for a transaction that was sent earlier.
import { type AwaitTransactionErrorType, awaitTransaction, type Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Hex } from '../types/hex.ts';
import type { WaitOptions } from '../types/options.ts';

export interface WaitForTransactionParameters extends WaitOptions {
  readonly hash: Hex;
}

export type WaitForTransactionReturnType = Confirmation;

export type WaitForTransactionErrorType = AwaitTransactionErrorType;

/** As each write waits for its own transaction: see `awaitTransaction` for what it throws. */
export async function waitForTransaction(
  client: SettlementClient,
  { hash, ...options }: WaitForTransactionParameters,
): Promise<WaitForTransactionReturnType> {
  return (await awaitTransaction(client, hash, options)).confirmation;
}
