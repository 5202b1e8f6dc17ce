// How long a relay waits for bytes: at first a short while, and longer by what has arrived, so that an upload that moves is not begun
// again from nothing, and one that only drips ends. Units: milliseconds, bytes.
import { TributaryError } from '../../src/lib/errors.ts';
import type { Cid } from '../../src/lib/units.ts';

export interface Patience {
  /** Aborts with `BLOCK_NOT_FOUND`: who announced the bytes did not send them in time. */
  readonly signal: AbortSignal;
  /** So many bytes have arrived. */
  moved(bytes: number): void;
  end(): void;
}

export interface CreatePatienceParameters {
  /** What is waited for. */
  readonly cid: Cid;
  readonly firstMilliseconds: number;
  /** What arriving bytes earn: the slowest upload that is waited for, and how long in all. Default: nothing. */
  readonly earning?: { readonly bytesPerSecond: number; readonly maxMilliseconds: number };
}

export function createPatience({ cid, firstMilliseconds, earning }: CreatePatienceParameters): Patience {
  const controller = new AbortController();
  const start = performance.now();
  let arrived = 0;
  let timer: ReturnType<typeof setTimeout>;
  function wait(): void {
    clearTimeout(timer);
    const patience =
      earning === undefined
        ? firstMilliseconds
        : Math.min(firstMilliseconds + (1_000 * arrived) / earning.bytesPerSecond, earning.maxMilliseconds);
    timer = setTimeout(
      () => {
        controller.abort(
          new TributaryError({
            code: 'BLOCK_NOT_FOUND',
            message: 'No one online has these bytes.',
            facts: { cid, waitedMilliseconds: Math.round(patience) },
            hint: 'Try again when their author or a relay that keeps them is online.',
          }),
        );
      },
      start + patience - performance.now(),
    );
  }
  wait();
  return {
    signal: controller.signal,
    moved(bytes) {
      if (controller.signal.aborted) return;
      arrived += bytes;
      wait();
    },
    end: () => clearTimeout(timer),
  };
}
