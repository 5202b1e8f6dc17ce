// The order in which rows are trained: a new shuffle each epoch, determined by the seed.
import { randomStream } from './randomStream.ts';

/** A permutation of 0 .. rowCount - 1 (Fisher-Yates) for one epoch, counted from 0. */
export function rowOrder(rowCount: number, seed: number, epoch: number): readonly number[] {
  const random = randomStream(seed, 1 + epoch);
  const order = Array.from({ length: rowCount }, (_, index) => index);
  for (let last = rowCount - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen] as number, order[last] as number];
  }
  return order;
}
