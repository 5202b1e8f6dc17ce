// How much of the influence found would be found among as many rows that were never trained. Without it, an answer about
// nothing in the Datanet would still pay the few rows that happen to pass the threshold.
import { PPM_TOTAL } from '../../lib/units.ts';
import { classBest } from './classBest.ts';

export interface ChanceShareParameters {
  /** max(0, score - threshold) of each trained row. */
  readonly excess: Float64Array;
  readonly classes: ArrayLike<number>;
  readonly placeboScores: Float64Array;
  readonly threshold: number;
}

/**
 * (mean excess of placebo rows * number of content classes) / (summed excess of the classes), at most one, in whole parts
 * per million, rounded down. Zero without placebo rows or without any excess. Fixed-order f64.
 */
export function chanceShare({ excess, classes, placeboScores, threshold }: ChanceShareParameters): number {
  let placebo = 0;
  for (const score of placeboScores) placebo += Math.max(0, score - threshold);
  const best = classBest(excess, classes);
  let found = 0;
  for (const row of best.values()) found += excess[row] as number;
  if (placebo === 0 || found === 0) return 0;
  return Math.min(PPM_TOTAL, Math.floor((PPM_TOTAL * ((placebo / placeboScores.length) * best.size)) / found));
}
