// For tests only: the distance of a result from golden data.
import type { ElementArray } from '../backend.ts';

/** Largest difference of two lists, relative to the largest golden entry. */
export function relativeError(actual: ElementArray, golden: ArrayLike<number>): number {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < golden.length; i += 1) {
    largest = Math.max(largest, Math.abs(golden[i] ?? 0));
    const distance = Math.abs((actual[i] ?? Number.NaN) - (golden[i] ?? 0));
    difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(difference, distance);
  }
  return largest === 0 ? difference : difference / largest;
}
