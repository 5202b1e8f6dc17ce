// A table as Markdown has it: cells between bars, and below the header a line of dashes.
import { afterLineEnd, createLineEnds } from './lines.ts';
import type { BlankLine, DelimitedRecord } from './readDelimited.ts';

/** Lines before the table that are looked at: text may come first. */
const MAX_LINES_BEFORE = 200;
/** A header of more characters is none of Markdown. */
const MAX_HEADER = 20_000;

interface Cell {
  readonly text: string;
  /** Offset in its line. */
  readonly offset: number;
}

/** Bars at both ends are optional, and one after a backslash is of the text. */
function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let start = /^\s*\|/.test(line) ? line.indexOf('|') + 1 : 0;
  const BAR = /\\[\s\S]|\|/g;
  BAR.lastIndex = start;
  const add = (end: number): void => {
    const raw = line.slice(start, end);
    const lead = raw.length - raw.trimStart().length;
    cells.push({ text: raw.trim().replaceAll('\\|', '|'), offset: start + (lead === raw.length ? 0 : lead) });
  };
  for (let match = BAR.exec(line); match !== null; match = BAR.exec(line)) {
    if (match[0] !== '|') continue;
    add(match.index);
    start = match.index + 1;
  }
  if (line.slice(start).trim() !== '' || cells.length === 0) add(line.length);
  return cells;
}

/** `|---|:--:|` */
function isRule(line: string, columns: number): boolean {
  if (!/^[ \t|:-]+$/.test(line)) return false;
  const cells = cellsOf(line);
  return cells.length === columns && cells.every(({ text }) => /^:?-+:?$/.test(text));
}

export interface MarkdownTable {
  readonly columns: readonly string[];
  /** Offset and number of the line that names the columns. */
  readonly start: number;
  readonly line: number;
}

/** The first table of `text`; null when there is none near its beginning. */
export function findMarkdownTable(text: string): MarkdownTable | null {
  const lineEnd = createLineEnds(text);
  let before: { readonly start: number; readonly source: string } | undefined;
  for (let line = 1, start = 0; line <= MAX_LINES_BEFORE && start < text.length; line += 1) {
    const end = lineEnd(start);
    const source = text.slice(start, end);
    if (before?.source.includes('|') === true && source.includes('-') && before.source.length <= MAX_HEADER) {
      const columns = cellsOf(before.source).map((cell) => cell.text);
      if (columns.length > 1 && isRule(source, columns.length)) return { columns, start: before.start, line: line - 1 };
    }
    before = { start, source };
    start = afterLineEnd(text, end);
  }
  return null;
}

/** Its header, the line of dashes as frame, and the lines up to the first without a bar. Text around it is not given: it is unread. */
export function* readMarkdownTable(
  text: string,
  { start, line: firstLine }: MarkdownTable,
): Generator<DelimitedRecord | BlankLine> {
  const lineEnd = createLineEnds(text);
  let line = firstLine;
  let isOver = false;
  for (let offset = start; offset < text.length; line += 1) {
    const end = lineEnd(offset);
    const source = text.slice(offset, end);
    offset = afterLineEnd(text, end);
    const lines = { line, endLine: line, end: offset };
    const at = line;
    isOver ||= !source.includes('|');
    if (line === firstLine + 1 || source.trim() === '') yield { kind: 'frame', ...lines };
    else if (!isOver) {
      const cells = cellsOf(source);
      yield {
        kind: 'fields',
        fields: cells.map((cell) => cell.text),
        places: cells.map((cell) => ({ line: at, column: cell.offset + 1 })),
        ...lines,
      };
    }
  }
}
