// Maximal verbatim spans of an answer (the matching step of OLMoTrace, arXiv 2504.07096): at each position the longest
// prefix that occurs inside one training row; a span is kept if its end passes every earlier end. No gate is applied here.
import type { Corpus } from './createCorpus.ts';
import { log2 } from './log2.ts';

export interface MaximalSpan {
  /** Tokens [start, start + length) of the query. */
  readonly start: number;
  readonly length: number;
  /** Occurrences, overlapping ones included, and the distinct rows that hold them, ascending. */
  readonly count: number;
  readonly rows: readonly number[];
  /** -sum log2(frequency / tokens): surprisal under the token frequencies of the corpus. */
  readonly bits: number;
}

export interface MaximalSpans {
  /** Longest match from each position of the query. */
  readonly longest: readonly number[];
  readonly spans: readonly MaximalSpan[];
}

/** A symbol above every other: it sorts and never matches. */
const UNSEEN = 2 ** 31 - 1;

interface Match {
  readonly common: number;
  /** Below zero when the suffix sorts before the pattern, above when after it; zero when it starts with the pattern. */
  readonly order: number;
}

function compare(text: Int32Array, at: number, query: Int32Array, start: number, end: number): Match {
  let common = 0;
  while (start + common < end && at + common < text.length && text[at + common] === query[start + common]) common += 1;
  if (start + common >= end) return { common, order: 0 };
  if (at + common >= text.length) return { common, order: -1 };
  return { common, order: (text[at + common] as number) - (query[start + common] as number) };
}

/** The number of suffixes that sort before the pattern, or with `after` also those that start with it. */
function bound({ text, suffixes }: Corpus, query: Int32Array, start: number, end: number, after: boolean): number {
  let low = 0;
  let high = suffixes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { order } = compare(text, suffixes[middle] as number, query, start, end);
    if (order < 0 || (after && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row that holds a position of the text. */
function rowAt(rowStarts: Int32Array, position: number): number {
  let low = 0;
  let high = rowStarts.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((rowStarts[middle] as number) <= position) low = middle;
    else high = middle;
  }
  return low;
}

export function maximalSpans(corpus: Corpus, tokens: readonly number[]): MaximalSpans {
  const { text, suffixes, rowStarts } = corpus;
  const query = Int32Array.from(tokens, (token) => corpus.symbolOf.get(token) ?? UNSEEN);
  const longest = tokens.map((_, start) => {
    // The longest match is with one of the two neighbours of the place where the rest of the query would be inserted.
    const at = bound(corpus, query, start, query.length, false);
    return [at - 1, at].reduce((most, neighbour) => {
      const position = suffixes[neighbour];
      return position === undefined ? most : Math.max(most, compare(text, position, query, start, query.length).common);
    }, 0);
  });
  const spans: MaximalSpan[] = [];
  let right = 0;
  longest.forEach((length, start) => {
    const end = start + length;
    if (length === 0 || end <= right) return;
    right = end;
    const first = bound(corpus, query, start, end, false);
    const last = bound(corpus, query, start, end, true);
    const rows = new Set<number>();
    for (let k = first; k < last; k += 1) rows.add(rowAt(rowStarts, suffixes[k] as number));
    let bits = 0;
    for (const symbol of query.subarray(start, end)) {
      bits += log2(corpus.tokenCount / (corpus.frequencies.get(symbol) as number));
    }
    spans.push({ start, length, count: last - first, rows: [...rows].sort((one, other) => one - other), bits });
  });
  return { longest, spans };
}
