import { toTributaryError } from '../lib/errors.ts';
import { canonicalRow } from './canonicalRow.ts';
import { isBytes, textType } from './fileType.ts';
import { MAX_COLUMNS, MAX_EDITABLE_LINE, MAX_NOTES, MAX_PROBLEMS } from './limits.ts';
import { countLines, replaceLines } from './lines.ts';
import { guessMapping, mapColumns } from './mapColumns.ts';
import { type ReadFile, readFile } from './readFile.ts';
import { readJsonRecords } from './readJsonRecords.ts';
import { isNamedTable, readTable, readTableHead } from './readTable.ts';
import { refuseFileType } from './refuseFileType.ts';
import { isObject } from './rowFault.ts';
import type { FaultItem, Place, RecordItem, SourceItem } from './sourceItem.ts';
import type { ParsedRows, ParseRequest, Row, RowMapping, RowNote, RowProblem, WorkOptions } from './types.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

/** Words beyond ASCII that show whether the encoding is right. */
const SAMPLE_WORDS = 5;
/** Most characters of such a word before and after its first character beyond ASCII. */
const SAMPLE_WORD_PART = 20;

/** A line that begins as a value of JSON does. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separator of RFC 7464.
const JSON_LINE = /^[\ufeff\x1e\t ]*[[{"]/m;

/** A reader for what the file holds, whatever its name says; `columns` and `mapping` where a header gives them. */
interface Source {
  readonly items: Iterable<SourceItem> | AsyncIterable<SourceItem>;
  readonly columns?: readonly string[];
  readonly mapping?: RowMapping | null;
  readonly total: number;
}

async function openSource(
  file: ReadFile,
  request: ParseRequest,
  note: (code: RowNote['code'], field: string, place: Place) => void,
): Promise<Source> {
  if (file.kind === 'parquet') {
    const { readParquet } = await import('./readParquet.ts');
    return { items: readParquet({ bytes: file.bytes, fileName: request.fileName }), total: file.bytes.byteLength };
  }
  const { text, fileName } = file;
  const json: Source = {
    items: readJsonRecords({ text, onUnused: (field, place) => note('FIELD_UNUSED', field, place) }),
    total: text.length,
  };
  const isTableByName = isNamedTable(fileName);
  const looksLikeJson = /^\s*[[{]/.test(text);
  if (looksLikeJson && (!isTableByName || isJson(text))) return json;
  const head = readTableHead({ text, fileName, mapping: request.mapping });
  const mapping = request.mapping ?? (head === null ? null : guessMapping(head.columns));
  const isTable =
    head !== null &&
    mapping !== null &&
    [mapping.prompt, mapping.response].every((name) => head.columns.includes(name));
  // Without a name that says table, its header must say so; and where no line could be JSON, the file is of another type.
  if (!isTable && isBytes(text)) refuseFileType(fileName, textType(text));
  if (!isTable && !isTableByName)
    return file.encoding === null || JSON_LINE.test(text) || text.trim() === ''
      ? json
      : refuseFileType(fileName, textType(text));
  if (head === null)
    return {
      items: readTable({ text, head: { separator: ',', columns: [], start: 0, line: 1 }, mapping, isChosen: false }),
      columns: [],
      mapping,
      total: text.length,
    };
  return {
    items: readTable({ text, head, mapping, isChosen: request.mapping !== undefined }),
    columns: head.columns.slice(0, MAX_COLUMNS),
    mapping,
    total: text.length,
  };
}

/** Whether a file that is named as a table holds JSON: its first line, or its first bracket alone. */
function isJson(text: string): boolean {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1);
  return /^[[{]\s*$/.test(first) || /^\[?\s*\{\s*"/.test(first);
}

/** The line of `text` with number `line`, found from the start of the problem's record. */
function excerpt(line: string, column: number): string {
  const start = Math.max(0, Math.min(column - 41, line.length - 80));
  return line.slice(start, start + 80);
}

/**
 * Rows of a file: JSON (a row per line; one list; a list in an object; values one after another), a table as text with a header
 * (comma, tab, semicolon, bar), or Parquet; by what the bytes are, and the extension where they could be either. Gzip is unpacked.
 * What cannot be read becomes a problem with its place; the rest becomes rows. Every line is a row's, a problem's, or frame.
 * Throws as `readFile`, `FILE_IS_<family>` for text that holds no rows, and `ABORTED`.
 */
export async function parseRows(request: ParseRequest, options: WorkOptions = {}): Promise<ParsedRows> {
  const read = await readFile(request);
  const file =
    read.kind === 'text' ? { ...read, text: replaceLines(read.text, new Map(request.corrections ?? [])) } : read;
  const text = file.kind === 'text' ? file.text : '';
  const rows: Row[] = [];
  const lines: number[] = [];
  const problems: RowProblem[] = [];
  const notes = new Map<string, { -readonly [Key in keyof RowNote]: RowNote[Key] }>();
  let problemCount = 0;
  let frameLines = 0;

  const note = (code: RowNote['code'], field: string, { line, column }: Place): void => {
    const key = JSON.stringify([code, field]);
    const known = notes.get(key);
    if (known !== undefined) known.count += 1;
    else if (notes.size < MAX_NOTES) notes.set(key, { code, field: field.slice(0, 80), count: 1, line, column });
  };
  /** Where the line that was last looked up begins: problems come in order. */
  let lookup = { line: 1, offset: 0 };
  const sourceLine = (line: number): string => {
    if (line < lookup.line) lookup = { line: 1, offset: 0 };
    const LINE_END = /\r\n|\n|\r/g;
    LINE_END.lastIndex = lookup.offset;
    let { offset } = lookup;
    for (let at = lookup.line; at < line; at += 1) {
      if (LINE_END.exec(text) === null) return '';
      offset = LINE_END.lastIndex;
    }
    lookup = { line, offset };
    LINE_END.lastIndex = offset;
    return text.slice(offset, LINE_END.exec(text)?.index ?? text.length);
  };
  const problem = (
    { line, column }: Place,
    { code, message, facts }: Pick<RowProblem, 'code' | 'message' | 'facts'>,
    covered: { readonly line: number; readonly endLine: number },
  ): void => {
    problemCount += 1;
    if (problems.length >= MAX_PROBLEMS) return;
    const source = sourceLine(line);
    problems.push({
      line,
      column,
      firstLine: covered.line,
      lastLine: covered.endLine,
      code,
      message,
      facts,
      text: excerpt(source, column),
      ...(source !== '' && source.length <= MAX_EDITABLE_LINE ? { source } : {}),
    });
  };

  const source = await openSource(file, request, note);
  let { columns = [], mapping = request.mapping ?? null } = source;
  const yieldToEventLoop = createYieldToEventLoop({ total: source.total, ...options });

  /** Adds the record as a row, or a problem that says why it is not one. */
  const keep = (item: RecordItem): void => {
    const { record, place, start, line } = item;
    const result = mapColumns({ record, mapping: source.mapping ?? request.mapping });
    if ('fault' in result) {
      const { field, ...fault } = result.fault;
      problem(field === '' ? start : place(field), fault, item);
    } else {
      try {
        canonicalRow(result.row);
      } catch (error) {
        problem(start, toTributaryError(error), item);
        return;
      }
      rows.push(result.row);
      lines.push(line);
      for (const field of [...result.unused, ...(item.unused ?? [])])
        note('FIELD_UNUSED', field, place(field.replace(/\[\].*$/, '')));
      for (const number of item.exactNumbers) note('NUMBER_AS_TEXT', number.field, number.place);
    }
    if (columns.length === 0 && isObject(record)) {
      columns = Object.keys(record).slice(0, MAX_COLUMNS);
      mapping ??= guessMapping(columns);
    }
  };

  /** Lines up to here belong to an item. */
  let covered = 0;
  const cover = (item: { readonly line: number; readonly endLine: number }): number => {
    const before = covered;
    covered = Math.max(covered, item.endLine);
    return covered - before;
  };
  let isStopped = false;
  for await (const item of source.items) {
    const turn = yieldToEventLoop(item.end);
    if (turn !== undefined) await turn;
    if (item.line > covered + 1)
      problem({ line: covered + 1, column: 1 }, UNREAD, { line: covered + 1, endLine: item.line - 1 });
    const added = cover(item);
    if (item.kind === 'frame') frameLines += added;
    else if (item.kind === 'record') keep(item);
    else {
      problem(item.place, item, item);
      isStopped = isHeaderFault(item);
    }
  }
  const lineCount = file.kind === 'text' ? countLines(text) : covered;
  // The header is the problem to solve; the rest of the table waits for it and is no problem of its own.
  if (covered < lineCount && !isStopped)
    problem({ line: covered + 1, column: 1 }, UNREAD, { line: covered + 1, endLine: lineCount });
  options.onProgress?.({ done: source.total, total: source.total });
  return {
    rows,
    lines,
    problems,
    problemCount,
    columns,
    mapping,
    encoding: read.kind === 'text' ? read.encoding : null,
    sample: wordsBeyondAscii(text),
    notes: [...notes.values()],
    lineCount,
    frameLines,
  };
}

/** The first words with a character beyond ASCII, each once. */
function wordsBeyondAscii(text: string): readonly string[] {
  const words = new Set<string>();
  let end = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  for (const { index } of text.matchAll(/[^\u0000-\u007f]/g)) {
    if (index < end) continue;
    const before = /[\p{L}\p{M}]*$/u.exec(text.slice(Math.max(end, index - SAMPLE_WORD_PART), index))?.[0] ?? '';
    const after = /^[^\s\p{P}\p{Z}]*/u.exec(text.slice(index, index + SAMPLE_WORD_PART).toWellFormed())?.[0] ?? '';
    end = index + Math.max(after.length, 1);
    if (/\p{L}/u.test(after)) words.add(before + after);
    if (words.size === SAMPLE_WORDS) break;
  }
  return [...words];
}

const UNREAD = { code: 'LINES_UNREAD', message: 'These lines were not read.', facts: {} };

const HEADER_FAULTS: readonly string[] = ['COLUMNS_AMBIGUOUS', 'COLUMNS_TOO_MANY', 'HEADER_REPEATED', 'HEADER_UNKNOWN'];

function isHeaderFault({ code }: FaultItem): boolean {
  return HEADER_FAULTS.includes(code);
}
