// Suffix array by induced sorting (G. Nong, S. Zhang, W. H. Chan, "Two Efficient Algorithms for Linear Time Suffix Array
// Construction", 2011). Linear time; whole numbers only; knows nothing of rows or tokens.

const EMPTY = -1;

/** Start (or end) of each symbol's bucket in the sorted order, from the symbol counts. */
function bucketEdges(counts: Int32Array, ends: boolean, edges: Int32Array): void {
  let total = 0;
  counts.forEach((count, symbol) => {
    edges[symbol] = ends ? total + count : total;
    total += count;
  });
}

/**
 * Places every suffix from the leftmost-S suffixes that already stand in `order`: L-types from the left, then S-types
 * from the right. `isSmall[i]` is 1 where suffix i is smaller than suffix i + 1 (S-type).
 */
function induce(text: Int32Array, order: Int32Array, isSmall: Uint8Array, counts: Int32Array, edges: Int32Array): void {
  bucketEdges(counts, false, edges);
  for (let i = 0; i < text.length; i += 1) {
    const previous = (order[i] as number) - 1;
    if (previous < 0 || isSmall[previous] === 1) continue;
    const symbol = text[previous] as number;
    order[edges[symbol] as number] = previous;
    edges[symbol] = (edges[symbol] as number) + 1;
  }
  bucketEdges(counts, true, edges);
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const previous = (order[i] as number) - 1;
    if (previous < 0 || isSmall[previous] === 0) continue;
    const symbol = text[previous] as number;
    edges[symbol] = (edges[symbol] as number) - 1;
    order[edges[symbol] as number] = previous;
  }
}

/** Puts the leftmost-S suffixes, in the order given, at the ends of their buckets; everything else is empty. */
function place(text: Int32Array, order: Int32Array, suffixes: Int32Array, counts: Int32Array, edges: Int32Array): void {
  order.fill(EMPTY);
  bucketEdges(counts, true, edges);
  for (let k = suffixes.length - 1; k >= 0; k -= 1) {
    const at = suffixes[k] as number;
    const symbol = text[at] as number;
    edges[symbol] = (edges[symbol] as number) - 1;
    order[edges[symbol] as number] = at;
  }
}

/** Whether the substrings from leftmost-S position `one` and `other` to the next such position are equal. */
function sameSubstring(text: Int32Array, isStart: (at: number) => boolean, one: number, other: number): boolean {
  for (let k = 0; ; k += 1) {
    // The last symbol is unique, so the comparison ends before either runs over.
    if (text[one + k] !== text[other + k]) return false;
    if (k > 0 && (isStart(one + k) || isStart(other + k))) return isStart(one + k) && isStart(other + k);
  }
}

/** The order of suffixes of a text whose last symbol is the unique smallest. Symbols are 0..alphabet-1. */
function induceSort(text: Int32Array, alphabet: number): Int32Array<ArrayBuffer> {
  const { length } = text;
  const order = new Int32Array(length);
  if (length === 1) return order;
  const isSmall = new Uint8Array(length);
  isSmall[length - 1] = 1;
  for (let i = length - 2; i >= 0; i -= 1) {
    const here = text[i] as number;
    const next = text[i + 1] as number;
    isSmall[i] = here < next || (here === next && isSmall[i + 1] === 1) ? 1 : 0;
  }
  const isStart = (at: number): boolean => at > 0 && isSmall[at] === 1 && isSmall[at - 1] === 0;
  const counts = new Int32Array(alphabet);
  for (const symbol of text) counts[symbol] = (counts[symbol] as number) + 1;
  const edges = new Int32Array(alphabet);

  let startCount = 0;
  for (let i = 1; i < length; i += 1) if (isStart(i)) startCount += 1;
  const starts = new Int32Array(startCount);
  for (let i = 1, k = 0; i < length; i += 1) if (isStart(i)) starts[k++] = i;

  place(text, order, starts, counts, edges);
  induce(text, order, isSmall, counts, edges);

  // Name the substrings between leftmost-S positions in their order; equal ones get one name.
  const names = new Int32Array(length).fill(EMPTY);
  let name = -1;
  let last = -1;
  for (const at of order) {
    if (!isStart(at)) continue;
    if (last < 0 || !sameSubstring(text, isStart, last, at)) name += 1;
    names[at] = name;
    last = at;
  }
  const sorted = new Int32Array(startCount);
  if (name + 1 === startCount) {
    for (const at of starts) sorted[names[at] as number] = at;
  } else {
    const reduced = starts.map((at) => names[at] as number);
    induceSort(reduced, name + 1).forEach((k, rank) => {
      sorted[rank] = starts[k] as number;
    });
  }
  place(text, order, sorted, counts, edges);
  induce(text, order, isSmall, counts, edges);
  return order;
}

/**
 * Positions of `text` in the order of their suffixes, a suffix that is a prefix of another first.
 * @param text symbols 0..alphabet-1, any length, at most 2^31 - 2.
 */
export function suffixArray(text: Int32Array, alphabet: number): Int32Array<ArrayBuffer> {
  const ended = new Int32Array(text.length + 1);
  for (let i = 0; i < text.length; i += 1) ended[i] = (text[i] as number) + 1;
  return induceSort(ended, alphabet + 1).slice(1);
}
