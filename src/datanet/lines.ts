// Lines of a text whatever ends them: LF, CR LF, or CR alone.

const LINE_END = /\r\n|\n|\r/g;

/** Offset of the end of the line that `from` is on, without its end; the text's length on the last line. */
export function createLineEnds(text: string): (from: number) => number {
  // Each is searched for once per hit: a text without one of them must not be searched to its end for every line.
  let lineFeed = -1;
  let carriageReturn = -1;
  const next = (known: number, character: string, from: number): number => {
    if (known >= from) return known;
    const found = text.indexOf(character, from);
    return found === -1 ? text.length : found;
  };
  return (from) => {
    lineFeed = next(lineFeed, '\n', from);
    carriageReturn = next(carriageReturn, '\r', from);
    return Math.min(lineFeed, carriageReturn);
  };
}

/** Offset of the line after the one that ends at `end`. */
export function afterLineEnd(text: string, end: number): number {
  return text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : Math.min(end + 1, text.length);
}

/** Number of lines; a line end at the end of the text begins no further one. 0 for an empty text. */
export function countLines(text: string): number {
  let lines = 0;
  let last = 0;
  for (const match of text.matchAll(LINE_END)) {
    lines += 1;
    last = match.index + match[0].length;
  }
  return lines + (last < text.length ? 1 : 0);
}

/** Replaces whole lines by number, from 1; line breaks in a replacement become spaces, so that other lines keep their numbers. */
export function replaceLines(text: string, replacements: ReadonlyMap<number, string>): string {
  if (replacements.size === 0) return text;
  const parts: string[] = [];
  const lineEnd = createLineEnds(text);
  let line = 0;
  for (let start = 0; start < text.length; ) {
    line += 1;
    const end = lineEnd(start);
    const after = afterLineEnd(text, end);
    const replacement = replacements.get(line);
    parts.push(
      replacement === undefined ? text.slice(start, end) : replacement.replace(/[\r\n]+/g, ' '),
      text.slice(end, after),
    );
    start = after;
  }
  return parts.join('');
}
