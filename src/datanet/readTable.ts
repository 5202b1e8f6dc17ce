// The records of a table as text: which character separates, which line names the columns, which columns are the two of a row.
import type { Json } from '../lib/canonicalJson.ts';
import { MAX_COLUMNS } from './limits.ts';
import { afterLineEnd, createLineEnds } from './lines.ts';
import { guessMapping, unplacedColumn } from './mapColumns.ts';
import { readDelimited, type Separator } from './readDelimited.ts';
import { findMarkdownTable, readMarkdownTable } from './readMarkdownTable.ts';
import type { Place, SourceItem } from './sourceItem.ts';
import type { RowMapping } from './types.ts';

const SEPARATORS: readonly Separator[] = [',', '\t', ';', '|'];

export interface TableHead {
  /** `markdown`: bars, with a line of dashes below the header. */
  readonly separator: Separator | 'markdown';
  readonly columns: readonly string[];
  /** Offset and number of the line that names the columns. */
  readonly start: number;
  readonly line: number;
}

/** The names in the first line that is not empty, split by `separator`. */
function columnsOf(text: string, separator: Separator, start: number, line: number): readonly string[] | null {
  for (const item of readDelimited({ text, separator, start, line })) {
    if (item.kind === 'fields') return item.fields.map((field) => field.trim());
    if (item.kind === 'fault') return null;
  }
  return null;
}

export interface ReadTableHeadParameters {
  readonly text: string;
  readonly fileName: string;
  readonly mapping?: RowMapping | undefined;
}

/** Whether a file is a table by its name. */
export function isNamedTable(fileName: string): boolean {
  return /\.(?:csv|tsv|tab|psv)$/i.test(fileName);
}

function isHeader(columns: readonly string[], mapping: RowMapping | undefined): boolean {
  if (mapping === undefined) return guessMapping(columns) !== null;
  return columns.includes(mapping.prompt) && columns.includes(mapping.response);
}

/**
 * How the table is to be read: the separator that names known columns, or else the one that splits the first line most often; the one
 * of the file's extension goes first. A line `sep=;` before the header, as Excel reads it, decides, and so does a table of Markdown,
 * unless it stands within a field of another table.
 * Null: there is no header.
 */
export function readTableHead({ text, fileName, mapping }: ReadTableHeadParameters): TableHead | null {
  const markdown = findMarkdownTable(text);
  if (markdown !== null && text.slice(0, markdown.start).trim() === '') return { separator: 'markdown', ...markdown };
  const lineEnd = createLineEnds(text);
  let start = 0;
  let line = 1;
  const [, stated] = /^"?sep=(.)"?[ \t]*(?=[\r\n]|$)/i.exec(text) ?? [];
  if (stated !== undefined) {
    start = afterLineEnd(text, lineEnd(0));
    line = 2;
  }
  const first = /\.(?:tsv|tab)$/i.test(fileName) ? '\t' : ',';
  const tried = stated === undefined ? [first, ...SEPARATORS.filter((separator) => separator !== first)] : [stated];
  let best: TableHead | null = null;
  for (const separator of tried) {
    const columns = columnsOf(text, separator, start, line);
    if (columns === null) continue;
    const head = { separator, columns, start, line };
    if (isHeader(columns, mapping)) return head;
    if (best === null || columns.length > best.columns.length) best = head;
  }
  return markdown === null || isNamedTable(fileName) ? best : { separator: 'markdown', ...markdown };
}

export interface ReadTableParameters {
  readonly text: string;
  readonly head: TableHead;
  readonly mapping: RowMapping | null;
  /** Whether the person chose the mapping. */
  readonly isChosen: boolean;
}

/** Records with a field for each named column. A header that cannot be read is the last item: the rest of the table is not read. */
export function* readTable({ text, head, mapping, isChosen }: ReadTableParameters): Generator<SourceItem> {
  const { separator, columns, start, line } = head;
  const isMarkdown = separator === 'markdown';
  // A line that states the separator, or blank ones; text before a table of Markdown is unread.
  if (line > 1 && (!isMarkdown || text.slice(0, start).trim() === ''))
    yield { kind: 'frame', line: 1, endLine: line - 1, end: start };
  let isHeaderRead = false;
  const items = isMarkdown ? readMarkdownTable(text, head) : readDelimited({ text, separator, start, line });
  for (const item of items) {
    if (item.kind !== 'fields') {
      yield item;
      continue;
    }
    const { kind: _kind, fields, places, ...lines } = item;
    const first = places[0] as Place;
    if (!isHeaderRead) {
      isHeaderRead = true;
      const refusal = refuseHeader(columns, mapping, isChosen);
      if (refusal !== null) {
        const { index, ...fault } = refusal;
        yield { kind: 'fault', ...fault, ...lines, place: places[index] ?? first };
        return;
      }
      yield { kind: 'frame', ...lines };
      continue;
    }
    // Tables that were joined bring their headers along.
    if (fields.length === columns.length && fields.every((field, index) => field.trim() === columns[index])) {
      yield { kind: 'frame', ...lines };
      continue;
    }
    // Separators at the end of a line, as spreadsheets put them, say nothing.
    if (fields.length < columns.length || fields.slice(columns.length).some((field) => field !== '')) {
      const facts = { fields: fields.length, columns: columns.length };
      const message = `This record has ${facts.fields} fields; the first line names ${facts.columns}.`;
      const place = places[Math.min(columns.length, fields.length - 1)] ?? first;
      yield { kind: 'fault', code: 'COLUMN_COUNT', message, facts, ...lines, place };
      continue;
    }
    const record: { [column: string]: Json } = {};
    for (const [index, field] of fields.slice(0, columns.length).entries()) {
      // A column without a name comes from a trailing separator, or holds a number of the row: it is kept where it holds something.
      const name = nameOf(columns[index] as string, index);
      if (columns[index] !== '' || field !== '')
        Object.defineProperty(record, name, { value: field, enumerable: true, configurable: true, writable: true });
    }
    yield {
      kind: 'record',
      record,
      start: first,
      place: (name) => places[columns.indexOf(name)] ?? first,
      exactNumbers: [],
      ...lines,
    };
  }
}

const nameOf = (column: string, index: number): string => (column === '' ? `column ${index + 1}` : column);

/** Why the columns cannot be read; `index`: the column at fault. */
function refuseHeader(columns: readonly string[], mapping: RowMapping | null, isChosen: boolean) {
  if (columns.length > MAX_COLUMNS) {
    const message = `The first line names ${columns.length} columns; at most ${MAX_COLUMNS} are read.`;
    return { index: 0, code: 'COLUMNS_TOO_MANY', message, facts: { columns: columns.length, maxColumns: MAX_COLUMNS } };
  }
  const seen = new Set<string>();
  for (const [index, given] of columns.entries()) {
    // As the fields of a row are compared once it is published.
    const name = nameOf(given, index).normalize('NFC');
    if (seen.has(name)) {
      const message = `The first line names the column "${name}" twice.`;
      return { index, code: 'HEADER_REPEATED', message, facts: { column: name } };
    }
    seen.add(name);
  }
  if (mapping === null || !columns.includes(mapping.prompt) || !columns.includes(mapping.response)) {
    const { prompt, response } = mapping ?? { prompt: 'prompt', response: 'response' };
    const message = `The first line does not name the columns "${prompt}" and "${response}".`;
    return { index: 0, code: 'HEADER_UNKNOWN', message, facts: { prompt, response } };
  }
  const unplaced = isChosen ? null : unplacedColumn(columns, mapping);
  if (unplaced !== null) {
    const { column, used } = unplaced;
    const message = `Both "${used}" and "${column}" stand here; choose which of them is used.`;
    return {
      index: columns.indexOf(column),
      code: 'COLUMNS_AMBIGUOUS',
      message,
      facts: { field: column, other: used },
    };
  }
  return null;
}
