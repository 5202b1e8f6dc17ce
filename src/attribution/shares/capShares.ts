import { PPM_TOTAL } from '../../lib/units.ts';
import { sum } from './rational.ts';

/**
 * Weights with nobody above `capPpm` of their sum. The excess goes to the others in proportion to their weights, repeated
 * until nobody exceeds it; with too few holders the cap is 1 / holders. Exact: the result has a common denominator.
 */
export function capShares(weights: readonly bigint[], capPpm: number): bigint[] {
  const holders = weights.flatMap((weight, index) => (weight > 0n ? [index] : []));
  // cap = capTop / capBottom of the whole.
  const few = BigInt(holders.length) * BigInt(capPpm) < BigInt(PPM_TOTAL);
  const capTop = few ? 1n : BigInt(capPpm);
  const capBottom = few ? BigInt(holders.length) : BigInt(PPM_TOTAL);
  const fixed = new Set<number>();
  for (;;) {
    const free = holders.filter((index) => !fixed.has(index));
    const mass = sum(free.map((index) => weights[index] as bigint));
    // What is left for the free ones, in units of 1 / capBottom: a free share is weight / mass * rest / capBottom.
    const rest = capBottom - capTop * BigInt(fixed.size);
    const over = free.filter((index) => (weights[index] as bigint) * rest > capTop * mass);
    if (over.length === 0) {
      // Everything times mass * capBottom; when all are fixed there is no mass, and any common factor serves.
      const scale = mass === 0n ? 1n : mass;
      return weights.map((weight, index) => (fixed.has(index) ? capTop * scale : weight * rest));
    }
    for (const index of over) fixed.add(index);
  }
}
