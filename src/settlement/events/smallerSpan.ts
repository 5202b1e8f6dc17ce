// Public RPC servers limit the blocks, the logs or the time of one `eth_getLogs`, each with a message of its own.
import { TributaryError } from '../../lib/errors.ts';

/**
 * How many blocks to ask for after `span` of them were refused: half. Throws `error` when the span cannot shrink or when the
 * server did not answer at all, since a smaller range would not change that.
 */
export function smallerSpan(error: unknown, span: number): number {
  if (span > 1 && error instanceof TributaryError && error.code === 'CHAIN_FAILED') return Math.ceil(span / 2);
  throw error;
}
