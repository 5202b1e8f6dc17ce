import type { OpenedIndex } from './openIndex.ts';
import { type MaximalSpan, maximalSpans } from './spans/maximalSpans.ts';
import { gateSpans, rowScores } from './spans/rowScores.ts';

export interface Verbatim {
  readonly spans: readonly MaximalSpan[];
  /** Bits per trained row. */
  readonly scores: ReadonlyMap<number, number>;
}

/** The stretches of an answer that stand word for word in the training text, and what they are worth per row. */
export function verbatimOf({ corpus, index }: OpenedIndex, answerIds: readonly number[]): Verbatim {
  const { minimumSpanTokens, minimumSpanBits } = index.policy;
  const spans = gateSpans(maximalSpans(corpus, answerIds).spans, {
    minLength: minimumSpanTokens,
    minBits: minimumSpanBits,
  });
  return { spans, scores: rowScores(spans) };
}
