// What became of a transaction that was sent earlier, by another visit for instance.
import { TransactionNotFoundError, TransactionReceiptNotFoundError } from 'viem';
import { getTransactionReceipt, getTransaction as readTransaction } from 'viem/actions';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

/**
 * `unknown`: the server does not know it, because it was replaced or dropped, or has not arrived there. What the transaction
 * was for is then asked of the contract that it called.
 */
export type TransactionState = 'confirmed' | 'reverted' | 'pending' | 'unknown';

export interface GetTransactionParameters extends ReadOptions {
  readonly hash: Hex;
}

export type GetTransactionReturnType = TransactionState;

export type GetTransactionErrorType = AskErrorType;

/** The state by the RPC server. */
export async function getTransaction(
  { rpc }: SettlementClient,
  { hash, ...options }: GetTransactionParameters,
): Promise<GetTransactionReturnType> {
  return ask(async () => {
    try {
      const { status } = await getTransactionReceipt(rpc, { hash });
      return status === 'success' ? 'confirmed' : 'reverted';
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
    }
    try {
      await readTransaction(rpc, { hash });
      return 'pending';
    } catch (error) {
      if (!(error instanceof TransactionNotFoundError)) throw error;
      return 'unknown';
    }
  }, options);
}
