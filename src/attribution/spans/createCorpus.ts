// The training text as one string of symbols with its suffix array. Row k is followed by separator k: separators are
// unique, below every token and ordered by row, so no match crosses rows.
import { suffixArray } from './suffixArray.ts';

export interface Corpus {
  readonly rowCount: number;
  /** Separator k is k; tokens are rowCount + their rank among the tokens that occur. */
  readonly text: Int32Array;
  readonly suffixes: Int32Array;
  /** First position of each row, and the length of the text at the end. */
  readonly rowStarts: Int32Array;
  readonly symbolOf: ReadonlyMap<number, number>;
  /** Occurrences of each symbol, tokens only. */
  readonly frequencies: ReadonlyMap<number, number>;
  /** Tokens in all, separators not counted. */
  readonly tokenCount: number;
}

/** @param rows token ids of each row; rows may be empty. About 0.4 microseconds per token. */
export function createCorpus(rows: readonly (readonly number[])[]): Corpus {
  const tokens = [...new Set(rows.flat())].sort((one, other) => one - other);
  const symbolOf = new Map(tokens.map((token, rank) => [token, rows.length + rank]));
  const tokenCount = rows.reduce((total, row) => total + row.length, 0);
  const text = new Int32Array(tokenCount + rows.length);
  const rowStarts = new Int32Array(rows.length + 1);
  const frequencies = new Map<number, number>();
  let at = 0;
  rows.forEach((row, number) => {
    rowStarts[number] = at;
    for (const token of row) {
      const symbol = symbolOf.get(token) as number;
      frequencies.set(symbol, (frequencies.get(symbol) ?? 0) + 1);
      text[at++] = symbol;
    }
    text[at++] = number;
  });
  rowStarts[rows.length] = at;
  return {
    rowCount: rows.length,
    text,
    suffixes: suffixArray(text, rows.length + tokens.length),
    rowStarts,
    symbolOf,
    frequencies,
    tokenCount,
  };
}
