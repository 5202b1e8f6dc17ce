import type { Json } from '../lib/canonicalJson.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import { canonicalRow } from './canonicalRow.ts';
import { MAXIMUM_FILE_BYTES, MAXIMUM_PROBLEMS, MAXIMUM_ROW_DEPTH } from './limits.ts';
import { createPacer } from './pacer.ts';
import { parseDelimited } from './parseDelimited.ts';
import { scanJson } from './scanJson.ts';
import { guessMapping, toRow } from './toRow.ts';
import type { ParsedRows, ParseRequest, Row, RowMapping, RowProblem, WorkOptions } from './types.ts';

/** Whole text of the request. Throws `FILE_TOO_LARGE`, or `FILE_NOT_UTF8` with line and byte column. */
async function readText({ text, blob, fileName }: ParseRequest): Promise<string> {
  const size = blob?.size ?? text?.length ?? 0;
  if (size > MAXIMUM_FILE_BYTES) {
    throw new TributaryError({
      code: 'FILE_TOO_LARGE',
      message: `The file is larger than ${MAXIMUM_FILE_BYTES} bytes.`,
      facts: { file: fileName, bytes: size, maximumBytes: MAXIMUM_FILE_BYTES },
      hint: 'Split it into smaller files and contribute them one after another.',
    });
  }
  if (blob === undefined) return (text ?? '').replace(/^\uFEFF/, '');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    // U+FFFD of a forgiving decoder stands at the first wrong byte: a real one in the file would have decoded.
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
 * Rows of a file: JSON lines, or CSV and TSV whose first line names the columns, by the ending of `fileName` (JSON lines when
 * it is none of these). Every faulty line becomes a problem with its place; the other lines become rows.
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
    if (problems.length < MAXIMUM_PROBLEMS)
      problems.push({ line, column, code, message, facts: facts ?? {}, text: excerpt(source, column) });
  };
  const pace = createPacer({ total: text.length, ...options });

  /** Keeps the record as a row, or notes at `place(field)` why it is none. */
  const keep = (
    record: Json,
    mapping: RowMapping | undefined,
    line: number,
    source: string,
    place: (field: string) => { line: number; column: number },
  ): void => {
    const result = toRow({ record, mapping });
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
      const pause = pace(start);
      if (pause !== undefined) await pause;
      if (source.trim() === '') continue;
      const record = parseLine(source);
      if ('fault' in record) {
        const { offset, message } = record.fault;
        problem({ line, column: offset + 1 }, { code: 'JSON_SYNTAX', message }, source);
        continue;
      }
      keep(record.value, request.mapping, line, source, (field) => ({
        line,
        column:
          (scanJson({ text: source, maximumDepth: MAXIMUM_ROW_DEPTH }).fields.get(field) ?? source.search(/\S/)) + 1,
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
    const pause = pace(Math.round((text.length * records) / (sourceLines.length + 1)));
    if (pause !== undefined) await pause;
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
    // A column without a name (a trailing separator) carries nothing.
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
  // A line that could be nested too deep is scanned before JSON.parse, whose own limit is the stack.
  const brackets = source.length - source.replace(/[[{]/g, '').length;
  if (brackets > MAXIMUM_ROW_DEPTH) {
    const { fault } = scanJson({ text: source, maximumDepth: MAXIMUM_ROW_DEPTH });
    if (fault !== null) return { fault };
  }
  try {
    return { value: JSON.parse(source) as Json };
  } catch {
    // Only a SyntaxError comes from here; the scanner names its place in every browser alike.
    const { fault } = scanJson({ text: source, maximumDepth: MAXIMUM_ROW_DEPTH });
    return { fault: fault ?? { offset: 0, message: 'This line is not JSON.' } };
  }
}
