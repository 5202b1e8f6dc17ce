import { anySignal } from '../../lib/anySignal.ts';

/** Runs `work` on every item, `width` at a time, in order of start. The first failure stops the others and is thrown. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  signal: AbortSignal,
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const stop = new AbortController();
  const combined = anySignal([signal, stop.signal]);
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  async function runner(): Promise<void> {
    while (next < items.length && !combined.aborted) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as Item, index, combined);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner));
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
  return results;
}
