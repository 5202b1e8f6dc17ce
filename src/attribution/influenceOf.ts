import { queryProducts } from './influence/queryProducts.ts';
import { scoreQuery } from './influence/scoreQuery.ts';
import type { OpenedIndex } from './openIndex.ts';
import { chanceShare } from './shares/chanceShare.ts';
import { placeboThreshold } from './shares/placeboThreshold.ts';
import type { Sketch } from './types.ts';

export interface Influence {
  /** Normalised influence of each trained row. */
  readonly scores: Float64Array<ArrayBuffer>;
  readonly threshold: number;
  /** The part that counts: max(0, score - threshold). */
  readonly excess: Float64Array<ArrayBuffer>;
  /** The part of it that chance explains, in parts per million. */
  readonly chancePpm: number;
}

/** Influence of every row on the answer with this sketch; the same bits wherever it is computed. */
export function influenceOf({ index, kernel, placeboKernel }: OpenedIndex, sketch: Sketch): Influence {
  const { trained, placebo, damping, policy } = index;
  const { rows: scores, placebo: placeboScores } = scoreQuery({
    kernel,
    damping,
    leverage: trained.leverage,
    placeboKernel,
    placeboLeverage: placebo.leverage,
    query: queryProducts(trained.codes, trained.exponents, sketch),
    placeboQuery: queryProducts(placebo.codes, placebo.exponents, sketch),
  });
  const threshold = placeboThreshold(placeboScores, policy.placeboPercent);
  const excess = scores.map((score) => Math.max(0, score - threshold));
  const chancePpm = chanceShare({ excess, classes: trained.classes, placeboScores, threshold });
  return { scores, threshold, excess, chancePpm };
}
