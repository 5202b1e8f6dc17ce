// Retries when the network fails, after pauses that grow and end at once when the browser is online again.
import { toTributaryError } from '../../lib/errors.ts';
import { isTransient } from '../remote/isTransient.ts';

export interface RetryOptions {
  readonly signal: AbortSignal | undefined;
  /** Called before each pause; `at` is absent while the browser reports that it is offline. */
  readonly onWait: (wait: { readonly reason: 'offline' | 'network'; readonly at?: number }) => void;
}

/** Each further pause is twice as long, up to the maximum. */
const FIRST_PAUSE_MILLISECONDS = 1000;
const MAX_PAUSE_MILLISECONDS = 60_000;
/** A server may ask for longer pauses, up to this; beyond 24 days a timer would fire at once. */
const MAX_ASKED_MILLISECONDS = 3_600_000;
/** Consecutive failures without progress, after which the last one is thrown. */
const MAX_FAILURES = 8;

/** Resolves after `milliseconds`, or when the browser comes online. Offline it waits for that alone. */
function wait(milliseconds: number | undefined, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(end, milliseconds);
    function end(): void {
      clearTimeout(timer);
      globalThis.removeEventListener('online', end);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted === true) reject(toTributaryError(signal.reason));
      else resolve();
    }
    globalThis.addEventListener('online', end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });
}

/**
 * Runs `work` until it succeeds; `work` calls its argument with each progress. Throws errors that are not transient, the last
 * of too many transient ones, and `ABORTED`.
 */
export async function retry<Result>(
  work: (progressed: () => void) => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const { signal, onWait } = options;
  let failures = 0;
  for (;;) {
    try {
      return await work(() => {
        failures = 0;
      });
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (navigator.onLine === false) {
        onWait({ reason: 'offline' });
        await wait(undefined, signal);
        continue;
      }
      failures += 1;
      if (failures >= MAX_FAILURES) throw error;
      const asked = Number(error.facts['retryAfterSeconds'] ?? (error.code === 'HUB_BUSY' ? 60 : 0)) * 1000;
      const milliseconds = Math.max(
        Math.min(MAX_ASKED_MILLISECONDS, asked),
        Math.min(MAX_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1)),
      );
      onWait({ reason: 'network', at: Date.now() + milliseconds });
      await wait(milliseconds, signal);
    }
  }
}
