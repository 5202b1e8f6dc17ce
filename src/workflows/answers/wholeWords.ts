/**
 * What [start, end) of a text says in whole words: a word that begins before `start` or ends after `end` is left out. What a word
 * is, its script decides (Unicode, UAX 29). Positions in UTF-16 units.
 */
export function wholeWords(text: string, start: number, end: number): string {
  const words = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text);
  /** The word that a boundary at `at` cuts. */
  const cut = (at: number): Intl.SegmentData | undefined => {
    const found = words.containing(at);
    return found?.isWordLike === true && found.index < at ? found : undefined;
  };
  const first = cut(start);
  const last = cut(end);
  return text.slice(first === undefined ? start : first.index + first.segment.length, last?.index ?? end);
}
