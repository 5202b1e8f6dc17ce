// From logits to the sampling distribution: temperature, top-k, top-p, min-p. In f64, since the kept sets depend on sums at their
// edges.

export interface DistributionParams {
  /** Above 1 makes ids in the context less probable; 1 or absent: off. */
  readonly repetitionPenalty?: number | undefined;
  /** Divides the logits. Default: 1. 0 is greedy and up to the caller. */
  readonly temperature?: number | undefined;
  /** Keeps the k largest logits, and all that tie with the k-th. */
  readonly topK?: number | undefined;
  /** Keeps the smallest set of most probable tokens whose probabilities reach p. */
  readonly topP?: number | undefined;
  /** Keeps tokens with at least this fraction of the highest probability. */
  readonly minP?: number | undefined;
}

export interface SamplingDistribution {
  /** Kept ids, ascending. */
  readonly ids: readonly number[];
  /** Their probabilities, summing to 1. */
  readonly probabilities: readonly number[];
}

interface Candidates {
  /** Ascending. */
  readonly ids: Int32Array;
  /** Their logits. */
  readonly logits: Float64Array;
}

const highestOf = (logits: Float64Array): number =>
  logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);

/** exp(logit - highest) of each. */
function weightsOf(logits: Float64Array): Float64Array {
  const highest = highestOf(logits);
  return logits.map((logit) => Math.exp(logit - highest));
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function keep({ ids, logits }: Candidates, kept: (index: number) => boolean): Candidates {
  const places: number[] = [];
  for (let index = 0; index < ids.length; index += 1) if (kept(index)) places.push(index);
  return {
    ids: Int32Array.from(places, (index) => ids[index] as number),
    logits: Float64Array.from(places, (index) => logits[index] as number),
  };
}

function keepLikeliest(candidates: Candidates, topP: number): Candidates {
  const { ids, logits } = candidates;
  const weights = weightsOf(logits);
  const total = sumOf(weights);
  // Ids so improbable that all of them together may be dropped are dropped without sorting.
  const least = ((1 - topP) * total) / (2 * ids.length);
  const order: number[] = [];
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight < least) sum += weight / total;
    else order.push(index);
  }
  const logitAt = (index: number): number => logits[index] as number;
  order.sort((one, other) => logitAt(one) - logitAt(other) || (ids[one] as number) - (ids[other] as number));
  let removed = 0;
  // Drops from the improbable end while the dropped total stays within 1 - p; the most probable token always stays.
  while (removed < order.length - 1) {
    sum += (weights[order[removed] as number] as number) / total;
    if (sum > 1 - topP) break;
    removed += 1;
  }
  const kept = new Set(order.slice(removed));
  return keep(candidates, (index) => kept.has(index));
}

/**
 * Repetition penalty over the distinct ids of `context`, temperature, top-k, top-p, min-p, softmax, in this order.
 * `logits` f32 or f64 [vocabulary].
 */
export function samplingDistribution(
  logits: ArrayLike<number>,
  settings: DistributionParams = {},
  context: readonly number[] = [],
): SamplingDistribution {
  const { repetitionPenalty = 1, temperature = 1, topK = 0, topP = 1, minP = 0 } = settings;
  const repeated = new Set(repetitionPenalty === 1 ? [] : context);
  let candidates: Candidates = {
    ids: Int32Array.from({ length: logits.length }, (_, id) => id),
    logits: Float64Array.from({ length: logits.length }, (_, id) => {
      const logit = logits[id] ?? Number.NEGATIVE_INFINITY;
      const penalised = repeated.has(id) ? (logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty) : logit;
      return penalised / temperature;
    }),
  };
  if (topK > 0 && topK < logits.length) {
    const all = candidates.logits;
    const lowest = all.toSorted()[all.length - topK] ?? 0;
    candidates = keep(candidates, (index) => (all[index] as number) >= lowest);
  }
  if (topP < 1) candidates = keepLikeliest(candidates, topP);
  if (minP > 0) {
    const weights = weightsOf(candidates.logits);
    const total = sumOf(weights);
    const least = minP * (1 / total);
    candidates = keep(candidates, (index) => (weights[index] as number) / total >= least);
  }
  const weights = weightsOf(candidates.logits);
  const total = sumOf(weights);
  return { ids: [...candidates.ids], probabilities: Array.from(weights, (weight) => weight / total) };
}

/** The smallest id of the largest logit. */
export function argmaxToken(logits: ArrayLike<number>): number {
  let best = 0;
  for (let id = 1; id < logits.length; id += 1) if ((logits[id] ?? 0) > (logits[best] ?? 0)) best = id;
  return best;
}

/** The smallest kept id whose cumulative probability, ids ascending, exceeds `u` in [0, 1). */
export function sampleToken({ ids, probabilities }: SamplingDistribution, u: number): number {
  let sum = 0;
  for (const [index, probability] of probabilities.entries()) {
    sum += probability;
    if (sum > u) return ids[index] ?? 0;
  }
  // Rounding can leave the sum a little below 1.
  return ids.at(-1) ?? 0;
}
