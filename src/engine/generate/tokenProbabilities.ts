// From logits to the probabilities that a token is drawn from. Computed in f64: kept sets depend on sums at their edges.

export interface SamplingSettings {
  /** Above 1 makes ids of the context less likely; 1 or absent: off. */
  readonly repetitionPenalty?: number | undefined;
  /** Divides the logits; 1 when absent. 0 is greedy and is the caller's business. */
  readonly temperature?: number | undefined;
  /** Keeps the k largest logits, and all that tie with the k-th. */
  readonly topK?: number | undefined;
  /** Keeps the smallest set of likeliest tokens whose probabilities reach p. */
  readonly topP?: number | undefined;
  /** Keeps tokens at least this share as likely as the likeliest. */
  readonly minP?: number | undefined;
}

export interface TokenProbabilities {
  /** Kept ids, ascending. */
  readonly ids: readonly number[];
  /** Their probabilities, summing to 1. */
  readonly probabilities: readonly number[];
}

interface Candidate {
  readonly id: number;
  readonly logit: number;
}

/** Probabilities of candidates by softmax over them alone, in their order. */
function softmax(candidates: readonly Candidate[]): number[] {
  const highest = candidates.reduce((most, { logit }) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const weights = candidates.map(({ logit }) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function keepLikeliest(candidates: readonly Candidate[], topP: number): Candidate[] {
  const ascending = candidates.toSorted((one, other) => one.logit - other.logit || one.id - other.id);
  const probabilities = softmax(ascending);
  let removed = 0;
  let sum = 0;
  // Drops from the unlikely end while what is dropped stays within 1 - p; the likeliest always stays.
  while (removed < ascending.length - 1) {
    sum += probabilities[removed] ?? 0;
    if (sum > 1 - topP) break;
    removed += 1;
  }
  return ascending.slice(removed);
}

/**
 * Repetition penalty over the distinct ids of `context`, temperature, top-k, top-p, min-p, softmax: in this order.
 * `logits` f32 or f64 [vocabulary].
 */
export function tokenProbabilities(
  logits: ArrayLike<number>,
  settings: SamplingSettings = {},
  context: readonly number[] = [],
): TokenProbabilities {
  const { repetitionPenalty = 1, temperature = 1, topK = 0, topP = 1, minP = 0 } = settings;
  const repeated = new Set(repetitionPenalty === 1 ? [] : context);
  let candidates: Candidate[] = Array.from({ length: logits.length }, (_, id) => {
    const logit = logits[id] ?? Number.NEGATIVE_INFINITY;
    const penalised = repeated.has(id) ? (logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty) : logit;
    return { id, logit: penalised / temperature };
  });
  if (topK > 0 && topK < candidates.length) {
    const lowest = candidates.map(({ logit }) => logit).toSorted((one, other) => other - one)[topK - 1] ?? 0;
    candidates = candidates.filter(({ logit }) => logit >= lowest);
  }
  if (topP < 1) candidates = keepLikeliest(candidates, topP);
  if (minP > 0) {
    const probabilities = softmax(candidates);
    const least = minP * Math.max(...probabilities);
    candidates = candidates.filter((_, index) => (probabilities[index] ?? 0) >= least);
  }
  candidates = candidates.toSorted((one, other) => one.id - other.id);
  return { ids: candidates.map(({ id }) => id), probabilities: softmax(candidates) };
}

/** The smallest kept id whose cumulative probability, ids ascending, exceeds `u` in [0, 1). */
export function drawToken({ ids, probabilities }: TokenProbabilities, u: number): number {
  let sum = 0;
  for (const [index, probability] of probabilities.entries()) {
    sum += probability;
    if (sum > u) return ids[index] ?? 0;
  }
  // Rounding can leave the sum a little below 1.
  return ids.at(-1) ?? 0;
}
