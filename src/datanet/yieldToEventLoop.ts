// Lets a long loop breathe: other work, cancellation and progress get their turn every few hundred items.
import type { WorkOptions } from './types.ts';

export interface YieldToEventLoopParameters extends WorkOptions {
  readonly total: number;
  /** Items between two turns; default 500. */
  readonly every?: number;
}

/**
 * A function to call with the work done so far, once per item. It mostly returns undefined; when a turn is due it returns a
 * promise to await, which rejects with the reason of the signal.
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
