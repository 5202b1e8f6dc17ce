// The merges of a SentencePiece BPE vocabulary, which a GGUF file stores as one score per piece: the higher a piece's score, the
// earlier its parts merge. Every split of a piece into two pieces is a merge, as in SentencePiece.

/** Pairs in merge order. `vocabulary` and `scores` correspond by id. */
export function scoreMerges(vocabulary: ReadonlyMap<string, number>, scores: ArrayLike<number>): [string, string][] {
  const merges: { readonly left: string; readonly right: string; readonly score: number }[] = [];
  for (const [piece, id] of vocabulary) {
    // By code points: half of a surrogate pair is not a piece.
    const characters = [...piece];
    let left = '';
    for (const character of characters.slice(0, -1)) {
      left += character;
      const right = piece.slice(left.length);
      if (vocabulary.has(left) && vocabulary.has(right)) merges.push({ left, right, score: scores[id] as number });
    }
  }
  return merges
    .sort((one, other) => other.score - one.score || other.left.length - one.left.length)
    .map(({ left, right }) => [left, right]);
}
