import { exactWeight } from './rational.ts';

export interface ClassWeightsParameters {
  /** Weight of each row, rows in order of registration. */
  readonly weights: ArrayLike<number>;
  /** Content class of each row: equal means the same content. */
  readonly classes: ArrayLike<number | string>;
  /** Contributor of each row, 0..contributorCount-1. */
  readonly owners: ArrayLike<number>;
  readonly contributorCount: number;
}

/**
 * Each content class pays its largest weight once, to the owner of its first row: copying a row, one's own or another's,
 * gains nothing. Exact sums per contributor, in units of 2^-1074.
 */
export function classWeights({ weights, classes, owners, contributorCount }: ClassWeightsParameters): bigint[] {
  const best = new Map<number | string, { owner: number; weight: number }>();
  for (let row = 0; row < weights.length; row += 1) {
    const weight = weights[row] as number;
    const label = classes[row] as number | string;
    const known = best.get(label);
    if (known === undefined) best.set(label, { owner: owners[row] as number, weight });
    else known.weight = Math.max(known.weight, weight);
  }
  const sums = Array.from({ length: contributorCount }, () => 0n);
  for (const { owner, weight } of best.values()) sums[owner] = (sums[owner] ?? 0n) + exactWeight(weight);
  return sums;
}
