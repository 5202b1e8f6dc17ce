// Scores how well a loaded model predicts a text: the log probability of each token after those before it. Knows ids, not text.
import type { Session } from '../model/createSession.ts';

export interface TextScore {
  /** Natural log probabilities, one per scored token, in order. */
  readonly logProbabilities: Float64Array<ArrayBuffer>;
  /** The model's most probable id at each scored token. */
  readonly best: Uint32Array<ArrayBuffer>;
  /** exp of the mean negative log probability. */
  readonly perplexity: number;
}

export interface ScoreOptions {
  /** Id that begins each window, for models trained with one; it is not scored. */
  readonly begin?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Ids whose logits are downloaded at a time: 10 MB for a vocabulary of 150,000. */
const ROWS_AT_A_TIME = 16;

function scoreRow(logits: Float32Array, id: number): { readonly logProbability: number; readonly best: number } {
  let best = 0;
  for (let other = 1; other < logits.length; other += 1)
    if ((logits[other] as number) > (logits[best] as number)) best = other;
  const largest = logits[best] as number;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return { logProbability: (logits[id] as number) - largest - Math.log(sum), best };
}

/** Tokens that `scoreText` scores: all of them after a beginning token, otherwise all but the first of each window. */
export const scoredTokens = (length: number, contextLength: number, begin: number | undefined): number =>
  begin === undefined || contextLength < 2 ? length - Math.ceil(length / contextLength) : length;

/**
 * Scores `ids` in windows of the session's context. Each window is evaluated from its start, so a token without a predecessor is not
 * scored. Leaves the session empty. Throws the errors of `forwardAllLogits`, and the signal's reason.
 */
export async function scoreText(
  session: Session,
  ids: readonly number[],
  { begin, signal, onProgress }: ScoreOptions = {},
): Promise<TextScore> {
  const count = scoredTokens(ids.length, session.contextLength, begin);
  const before = begin === undefined ? [] : [begin];
  const length = session.contextLength - before.length;
  const logProbabilities = new Float64Array(count);
  const best = new Uint32Array(count);
  let done = 0;
  try {
    for (let start = 0; start < ids.length; start += length) {
      session.truncate(0);
      const window = [...before, ...ids.slice(start, start + length)];
      // The last id is only predicted, never input.
      for (let at = 0; at < window.length - 1; at += ROWS_AT_A_TIME) {
        signal?.throwIfAborted();
        const part = window.slice(at, Math.min(at + ROWS_AT_A_TIME, window.length - 1));
        const logits = await session.forwardAllLogits(part, { signal });
        const size = logits.length / part.length;
        for (let row = 0; row < part.length; row += 1) {
          const scored = scoreRow(logits.subarray(row * size, (row + 1) * size), window[at + row + 1] as number);
          logProbabilities[done] = scored.logProbability;
          best[done] = scored.best;
          done += 1;
        }
        onProgress?.(done, count);
      }
    }
  } finally {
    session.truncate(0);
  }
  const total = logProbabilities.reduce((sum, value) => sum + value, 0);
  return { logProbabilities, best, perplexity: Math.exp(-total / count) };
}
