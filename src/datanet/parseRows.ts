import type { Json } from '../lib/canonicalJson.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import { canonicalRow } from './canonicalRow.ts';
import { MAX_FILE_BYTES, MAX_PROBLEMS, MAX_ROW_DEPTH } from './limits.ts';
import { guessMapping, mapColumns } from './mapColumns.ts';
import { parseDelimited } from './parseDelimited.ts';
import { scanJson } from './scanJson.ts';
import type { ParsedRows, ParseRequest, Row, RowMapping, RowProblem, WorkOptions } from './types.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

/** The whole text of the request. Throws `FILE_TOO_LARGE`, or `FILE_NOT_UTF8` with line and column. */
async function readText({ text, blob, fileName }: ParseRequest): Promise<string> {
  const size = blob?.size ?? text?.length ?? 0;
  if (size > MAX_FILE_BYTES) {
    throw new TributaryError({
      code: 'FILE_TOO_LARGE',
      message: `The file is larger than ${MAX_FILE_BYTES} bytes.`,
      facts: { file: fileName, bytes: size, maxBytes: MAX_FILE_BYTES },
      hint: 'Split it into smaller files and contribute them one after another.',
    });
  }
  if (blob === undefined) return (text ?? '').replace(/^\uFEFF/, '');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    // A lenient decoder writes U+FFFD at the first invalid byte; the strict one failed, so there is one.
    const before = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1)[0] as string;
    throw new TributaryError({
      code: 'FILE_NOT_UTF8',
      message: 'The file is not UTF-8 text.',
      facts: { file: fileName, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') },
      hint: 'Save it again with the encoding UTF-8.',
      cause,
    });
  }
}

/** What is wrong with a record, without its place. */
type Fault = Pick<RowProblem, 'code' | 'message'> & Partial<Pick<RowProblem, 'facts'>>;

function excerpt(line: string, column: number): string {
  const start = Math.max(0, Math.min(column - 41, line.length - 80));
  return line.slice(start, start + 80);
}

/**
 * Rows of a file: JSON lines, or CSV and TSV whose first line names the columns, by the extension of `fileName`
 * (JSON lines by default). An invalid line becomes a problem with its place; the other lines become rows.
 * Throws `FILE_TOO_LARGE`, `FILE_NOT_UTF8`, `ABORTED`.
 */
export async function parseRows(request: ParseRequest, options: WorkOptions = {}): Promise<ParsedRows> {
  const text = await readText(request);
  const rows: Row[] = [];
  const lines: number[] = [];
  const problems: RowProblem[] = [];
  let problemCount = 0;
  const problem = (
    { line, column }: { readonly line: number; readonly column: number },
    { code, message, facts }: Fault,
    source: string,
  ): void => {
    problemCount += 1;
    if (problems.length < MAX_PROBLEMS)
      problems.push({ line, column, code, message, facts: facts ?? {}, text: excerpt(source, column) });
  };
  const yieldToEventLoop = createYieldToEventLoop({ total: text.length, ...options });

  /** Adds the record as a row, or a problem at `place(field)` that says why it is not one. */
  const keep = (
    record: Json,
    mapping: RowMapping | undefined,
    line: number,
    source: string,
    place: (field: string) => { line: number; column: number },
  ): void => {
    const result = mapColumns({ record, mapping });
    if ('fault' in result) {
      problem(place(result.fault.field), result.fault, source);
      return;
    }
    try {
      canonicalRow(result.row);
    } catch (error) {
      problem(place(''), toTributaryError(error), source);
      return;
    }
    rows.push(result.row);
    lines.push(line);
  };

  const extension = /\.(csv|tsv|tab)$/i.exec(request.fileName)?.[1]?.toLowerCase();
  if (extension === undefined) {
    let columns: readonly string[] = [];
    let mapping: RowMapping | null = request.mapping ?? null;
    let line = 0;
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      const source = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, '');
      start = end === -1 ? text.length : end + 1;
      line += 1;
      const turn = yieldToEventLoop(start);
      if (turn !== undefined) await turn;
      if (source.trim() === '') continue;
      const record = parseLine(source);
      if ('fault' in record) {
        const { offset, message } = record.fault;
        problem({ line, column: offset + 1 }, { code: 'JSON_SYNTAX', message }, source);
        continue;
      }
      keep(record.value, request.mapping, line, source, (field) => ({
        line,
        column: (scanJson({ text: source, maxDepth: MAX_ROW_DEPTH }).fields.get(field) ?? source.search(/\S/)) + 1,
      }));
      if (
        columns.length === 0 &&
        typeof record.value === 'object' &&
        record.value !== null &&
        !Array.isArray(record.value)
      ) {
        columns = Object.keys(record.value);
        mapping ??= guessMapping(columns);
      }
    }
    return { rows, lines, problems, problemCount, columns, mapping };
  }

  const sourceLines = text.split('\n');
  const firstLine = sourceLines[0] ?? '';
  const separator = extension !== 'csv' ? '\t' : !firstLine.includes(',') && firstLine.includes(';') ? ';' : ',';
  let header: readonly string[] | undefined;
  let mapping: RowMapping | null = null;
  let records = 0;
  for (const item of parseDelimited(text, separator)) {
    records += 1;
    const turn = yieldToEventLoop(Math.round((text.length * records) / (sourceLines.length + 1)));
    if (turn !== undefined) await turn;
    if ('fault' in item) {
      problem(item.fault, item.fault, sourceLines[item.fault.line - 1] ?? '');
      continue;
    }
    const { line, column } = item.places[0] ?? { line: 1, column: 1 };
    if (header === undefined) {
      header = item.fields.map((field) => field.trim());
      mapping = request.mapping ?? guessMapping(header);
      if (mapping === null || ![mapping.prompt, mapping.response].every((name) => header?.includes(name))) {
        const { prompt, response } = request.mapping ?? { prompt: 'prompt', response: 'response' };
        const message = `The first line does not name the columns "${prompt}" and "${response}".`;
        problem({ line, column }, { code: 'HEADER_UNKNOWN', message, facts: { prompt, response } }, firstLine);
        break;
      }
      continue;
    }
    if (item.fields.length !== header.length) {
      const place = item.places[Math.min(header.length, item.fields.length - 1)] ?? { line, column };
      const facts = { fields: item.fields.length, columns: header.length };
      const message = `This record has ${facts.fields} fields; the first line names ${facts.columns}.`;
      problem(place, { code: 'COLUMN_COUNT', message, facts }, sourceLines[place.line - 1] ?? '');
      continue;
    }
    const names = header;
    // A column without a name comes from a trailing separator and is empty.
    const record = Object.fromEntries(
      item.fields.map((field, index) => [names[index] as string, field] as const).filter(([name]) => name !== ''),
    );
    keep(
      record,
      mapping ?? undefined,
      line,
      sourceLines[line - 1] ?? '',
      (field) => item.places[names.indexOf(field)] ?? { line, column },
    );
  }
  return { rows, lines, problems, problemCount, columns: header ?? [], mapping };
}

function parseLine(
  source: string,
): { readonly value: Json } | { readonly fault: { readonly offset: number; readonly message: string } } {
  // A line that may be nested too deeply is scanned first: JSON.parse would overflow the stack.
  const brackets = source.length - source.replace(/[[{]/g, '').length;
  if (brackets > MAX_ROW_DEPTH) {
    const { fault } = scanJson({ text: source, maxDepth: MAX_ROW_DEPTH });
    if (fault !== null) return { fault };
  }
  try {
    return { value: JSON.parse(source) as Json };
  } catch {
    // JSON.parse throws SyntaxError only; the scanner reports its place, the same in every browser.
    const { fault } = scanJson({ text: source, maxDepth: MAX_ROW_DEPTH });
    return { fault: fault ?? { offset: 0, message: 'This line is not JSON.' } };
  }
}
