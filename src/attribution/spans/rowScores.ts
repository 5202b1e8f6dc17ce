import type { MaximalSpan } from './maximalSpans.ts';

export interface SpanGate {
  readonly minLength: number;
  readonly minBits: number;
  /** Spans that occur more often are boilerplate. Default: no limit. */
  readonly maxCount?: number;
}

/** The spans that are long, rare and surprising enough to be evidence. */
export function gateSpans(spans: readonly MaximalSpan[], gate: SpanGate): MaximalSpan[] {
  return spans.filter(
    ({ length, bits, count }) =>
      length >= gate.minLength && bits >= gate.minBits && count <= (gate.maxCount ?? Number.POSITIVE_INFINITY),
  );
}

/** Each span gives its bits in equal parts to the rows that hold it; ascending by row, rows without a span left out. */
export function rowScores(spans: readonly MaximalSpan[]): Map<number, number> {
  const scores = new Map<number, number>();
  for (const { bits, rows } of spans) {
    for (const row of rows) scores.set(row, (scores.get(row) ?? 0) + bits / rows.length);
  }
  return new Map([...scores].sort(([one], [other]) => one - other));
}
