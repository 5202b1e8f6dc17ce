// Trying again when the network fails: longer and longer waits, ended at once when the browser is online again.
import { toTributaryError } from '../../lib/errors.ts';
import { isTransient } from '../remote/isTransient.ts';

export interface RetryOptions {
  readonly signal: AbortSignal | undefined;
  /** Told before each wait; `at` is absent while the browser says that it is offline. */
  readonly onWait: (wait: { readonly reason: 'offline' | 'network'; readonly at?: number }) => void;
}

/** Each further wait is twice as long, up to the longest. */
const FIRST_MILLISECONDS = 1000;
const LONGEST_MILLISECONDS = 60_000;
/** A server may ask for more; timers end at once beyond 24 days. */
const MOST_ASKED_MILLISECONDS = 3_600_000;
/** Failures in a row, without any progress between, after which the last one is thrown. */
const MOST_FAILURES = 8;

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
 * Runs `work` until it succeeds; call its argument with every progress. Throws what is not a matter of the network, what failed
 * too often, and `ABORTED`.
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
      if (failures >= MOST_FAILURES) throw error;
      const asked = Number(error.facts['retryAfterSeconds'] ?? (error.code === 'HUB_BUSY' ? 60 : 0)) * 1000;
      const milliseconds = Math.max(
        Math.min(MOST_ASKED_MILLISECONDS, asked),
        Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** (failures - 1)),
      );
      onWait({ reason: 'network', at: Date.now() + milliseconds });
      await wait(milliseconds, signal);
    }
  }
}
