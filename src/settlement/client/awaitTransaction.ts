// From the hash of a sent transaction to what became of it, also when the wallet sent another one in its place.
import { type Log, type ReplacementReason, WaitForTransactionReceiptTimeoutError } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import type { Hex } from '../types/hex.ts';
import type { WaitOptions } from '../types/options.ts';
import { type AskErrorType, ask } from './ask.ts';
import type { SettlementClient } from './settlementClient.ts';

/** A transaction in a block. */
export interface Confirmation {
  /** Of the transaction in the block: another than the one that was sent when the wallet raised its fee. */
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
}

export interface AwaitTransactionReturnType {
  readonly confirmation: Confirmation;
  /** The receipt's logs, from which callers read their events. */
  readonly logs: Log[];
}

export type AwaitTransactionErrorType =
  | AskErrorType
  | 'TRANSACTION_REVERTED'
  | 'TRANSACTION_CANCELLED'
  | 'TRANSACTION_REPLACED'
  | 'TRANSACTION_PENDING';

const TIMEOUT_MILLISECONDS = 120_000;

/** What stands in the block instead of the transaction that was sent. */
interface Replacement {
  readonly reason: ReplacementReason;
  readonly hash: Hex;
}

function replacementError(hash: Hex, { reason, hash: replacement }: Replacement): TributaryError {
  if (reason === 'cancelled') {
    return new TributaryError({
      code: 'TRANSACTION_CANCELLED' satisfies AwaitTransactionErrorType,
      message: 'The transaction was cancelled in the wallet.',
      facts: { hash, replacement },
      hint: 'Only the gas of the cancellation was paid. Try again when you are ready: what was done before it is not done twice.',
    });
  }
  return new TributaryError({
    code: 'TRANSACTION_REPLACED' satisfies AwaitTransactionErrorType,
    message: 'The wallet sent another transaction in place of this one.',
    facts: { hash, replacement },
    hint: 'Look at the replacement in the wallet, then try again: the chain is asked first what is missing.',
  });
}

/**
 * Waits until the transaction, or the same call with another fee, is in a block. Throws `TRANSACTION_REVERTED` when it failed there,
 * `TRANSACTION_CANCELLED` or `TRANSACTION_REPLACED` when another call took its nonce, and `TRANSACTION_PENDING` when no block has
 * it in time; it may still come.
 */
export async function awaitTransaction(
  { rpc }: Pick<SettlementClient, 'rpc'>,
  hash: Hex,
  options: WaitOptions | undefined,
): Promise<AwaitTransactionReturnType> {
  const timeout = options?.timeout ?? TIMEOUT_MILLISECONDS;
  let replacement: Replacement | undefined;
  const onReplaced = ({ reason, transaction }: { reason: ReplacementReason; transaction: { hash: Hex } }): void => {
    replacement = { reason, hash: transaction.hash };
  };
  const receipt = await ask(async () => {
    try {
      return await waitForTransactionReceipt(rpc, { hash, timeout, onReplaced });
    } catch (error) {
      if (!(error instanceof WaitForTransactionReceiptTimeoutError)) throw error;
      throw new TributaryError({
        code: 'TRANSACTION_PENDING' satisfies AwaitTransactionErrorType,
        message: 'No block has the transaction yet.',
        facts: { hash, seconds: Math.round(timeout / 1_000) },
        hint: 'It may still be included. Wait and check again, or raise its fee in the wallet; what has happened is not done twice.',
        cause: error,
      });
    }
  }, options);
  if (replacement !== undefined && replacement.reason !== 'repriced') throw replacementError(hash, replacement);
  const { blockNumber, gasUsed, logs, status } = receipt;
  // viem's receipt of a replacement names the replacement; a server may leave the name out of it.
  const included = replacement?.hash ?? hash;
  if (status !== 'success') {
    throw new TributaryError({
      code: 'TRANSACTION_REVERTED' satisfies AwaitTransactionErrorType,
      message: 'The transaction failed in its block: the state changed after it was simulated.',
      facts: { hash: included, block: blockNumber.toString() },
      hint: 'Reload and try again.',
    });
  }
  return { confirmation: { hash: included, blockNumber, gasUsed }, logs };
}
