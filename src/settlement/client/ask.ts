// One request to the RPC server, abortable, with failures as TributaryErrors.
import { settlementError } from '../settlementError.ts';
import type { ReadOptions } from '../types/options.ts';
import { abortable } from './abortable.ts';

/** Codes of a failed request; `CHAIN_REVERTED` where the contract's error has no code of its own. */
export type AskErrorType = 'ABORTED' | 'CHAIN_UNREACHABLE' | 'CHAIN_FAILED' | 'CHAIN_REVERTED';

/** Runs a request; whatever it throws becomes a TributaryError (`settlementError`). */
export async function ask<Value>(request: () => Promise<Value>, options: ReadOptions | undefined): Promise<Value> {
  try {
    return await abortable(request(), options?.signal);
  } catch (error) {
    throw settlementError(error);
  }
}
