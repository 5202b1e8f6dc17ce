// Influence of every row on one answer: damped empirical Fisher in the dual, over the square root of leverage (RelatIF,
// Barshan et al. 2020), and the same functional for rows that were never trained. All in fixed-order f64.
import { conjugateGradient } from './conjugateGradient.ts';

/** Keeps the score of a row with zero leverage finite. */
const EPSILON = 1e-12;

export interface ScoreQueryParameters {
  /** K, f64 [N, N]. */
  readonly kernel: Float64Array;
  readonly damping: number;
  /** f64 [N]. */
  readonly leverage: Float64Array;
  /** k_z, f64 [Z, N]. */
  readonly placeboKernel: Float64Array;
  /** f64 [Z]. */
  readonly placeboLeverage: Float64Array;
  /** k_q = inner products of the trained rows with the query, f64 [N]. */
  readonly query: Float64Array;
  /** The same for the placebo rows, f64 [Z]. */
  readonly placeboQuery: Float64Array;
}

export interface QueryScores {
  /** tau_i / sqrt(h_i + 1e-12), f64 [N]. Positive: the row made this answer more likely. */
  readonly rows: Float64Array<ArrayBuffer>;
  /** f64 [Z]. */
  readonly placebo: Float64Array<ArrayBuffer>;
}

export function scoreQuery(parameters: ScoreQueryParameters): QueryScores {
  const { kernel, damping, leverage, placeboKernel, query } = parameters;
  const count = query.length;
  const tau = conjugateGradient(kernel, damping, query).solution;
  const placebo = parameters.placeboQuery.map((product, z) => {
    let sum = 0;
    for (let j = 0; j < count; j += 1) sum += (placeboKernel[z * count + j] as number) * (tau[j] as number);
    return (product - sum) / damping / Math.sqrt((parameters.placeboLeverage[z] as number) + EPSILON);
  });
  return {
    rows: tau.map((value, i) => value / Math.sqrt((leverage[i] as number) + EPSILON)),
    placebo: new Float64Array(placebo),
  };
}
