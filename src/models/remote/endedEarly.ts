import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { plainAddress } from './sendRequest.ts';

/** The error of an incomplete body: `ABORTED` when it was stopped, else `REMOTE_ENDED_EARLY`. */
export function endedEarly(
  url: string,
  arrivedBytes: number,
  options: { readonly cause?: unknown; readonly signal?: AbortSignal | undefined } = {},
): TributaryError {
  const { cause, signal } = options;
  if (signal?.aborted === true) return toTributaryError(signal.reason);
  if (isAbort(cause)) return toTributaryError(cause);
  return new TributaryError({
    code: 'REMOTE_ENDED_EARLY',
    message: 'The connection ended before all bytes had arrived.',
    facts: { url: plainAddress(url), arrivedBytes },
    hint: 'Try again; what has arrived stays in this browser.',
    cause,
  });
}
