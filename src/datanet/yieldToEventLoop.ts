// Yields to the event loop every few hundred items of a long loop: for other work, cancellation and progress.
import type { WorkOptions } from './types.ts';

export interface YieldToEventLoopParameters extends WorkOptions {
  readonly total: number;
  /** Items between two yields; default 500. */
  readonly every?: number;
}

/**
 * A function to call once per item with the work done so far. When it is time to yield it returns a promise to await, which
 * rejects with the reason of the signal; otherwise it returns undefined, which costs nothing.
 */
export function createYieldToEventLoop({
  total,
  signal,
  onProgress,
  every = 500,
}: YieldToEventLoopParameters): (done: number) => Promise<void> | undefined {
  let items = 0;
  signal?.throwIfAborted();
  return (done) => {
    items += 1;
    if (items % every !== 0) return undefined;
    onProgress?.({ done: Math.min(done, total), total });
    return new Promise((resolve, reject) => {
      setTimeout(() => (signal?.aborted === true ? reject(signal.reason as Error) : resolve()));
    });
  };
}
