// One step of a sequence of transactions: the chain is asked first whether it is done, and asked again when it is not clear
// what became of the transaction. So each sequence can be tried again after a refusal, a kill or a lost answer, and does what is missing.
import { TributaryError } from '../lib/errors.ts';

/** The wallet or the chain made something else of the transaction than a success; the effect may be there all the same. */
const UNCLEAR: readonly string[] = [
  'TRANSACTION_CANCELLED',
  'TRANSACTION_REPLACED',
  'TRANSACTION_REVERTED',
  'TRANSACTION_PENDING',
];

export interface RunStepParameters {
  /** Asks the chain for the step's effect, never for a transaction. */
  isDone(): Promise<boolean>;
  /** Sends what is missing. */
  run(): Promise<unknown>;
  readonly signal?: AbortSignal | undefined;
}

/** Whether an error leaves open if the step happened. */
export function isUnclear(error: unknown): boolean {
  return error instanceof TributaryError && UNCLEAR.includes(error.code);
}

/**
 * Does a step unless its effect is there: `already`. Throws what `run` throws, unless the effect is there afterwards, by a
 * replacement with the same effect or by another browser.
 */
export async function runStep({ isDone, run, signal }: RunStepParameters): Promise<'already' | 'done'> {
  signal?.throwIfAborted();
  if (await isDone()) return 'already';
  signal?.throwIfAborted();
  try {
    await run();
  } catch (error) {
    if (!isUnclear(error) || !(await isDone())) throw error;
  }
  return 'done';
}
