// The records of JSON text: one value per line; or one after another over several lines; or the elements of one list, alone or as
// `data` or `rows` of an object; or a table by its columns. Linear: no text is read more often than rows may be deep.
import type { Json } from '../lib/canonicalJson.ts';
import { MAX_ROW_DEPTH } from './limits.ts';
import { afterLineEnd, createLineEnds } from './lines.ts';
import { guessMapping } from './mapColumns.ts';
import { type JsonFault, type JsonRead, readJson } from './readJson.ts';
import { recordsOfColumns } from './recordsOfColumns.ts';
import { isObject } from './rowFault.ts';
import type { Place, SourceItem } from './sourceItem.ts';

/** Names under which exports and web services put their list of records. */
const LIST_FIELDS =
  /^(?:data|dataset|rows|records|examples|samples|items|instances|entries|train|training|results|questions|pairs|qa)$/i;

const SPACE = /[ \t\r\n]*/y;

function skipSpace(text: string, offset: number): number {
  SPACE.lastIndex = offset;
  SPACE.test(text);
  return SPACE.lastIndex;
}

/** Counts lines as the offset moves on. */
function createLineCounter(text: string) {
  const lineEnd = createLineEnds(text);
  // What is missing at the end of a file is missing on its last line.
  const last = text.length - (/(?:\r\n|\n|\r)$/.exec(text)?.[0].length ?? 0);
  let line = 1;
  let start = 0;
  return {
    /** Place of an offset, not before that of the call before. */
    at(of: number): Place {
      const offset = Math.min(of, last);
      for (let end = lineEnd(start); end < offset; end = lineEnd(start)) {
        const after = afterLineEnd(text, end);
        if (after > offset || after === start) break;
        start = after;
        line += 1;
        if (start >= text.length) break;
      }
      return { line, column: offset - start + 1 };
    },
  };
}

/** Offset after the value that begins at `start`, by brackets and quotes alone; -1 where it does not end. */
function skipValue(text: string, start: number): number {
  const NEXT = /["[\]{},]/g;
  let depth = 0;
  NEXT.lastIndex = start;
  for (let match = NEXT.exec(text); match !== null; match = NEXT.exec(text)) {
    const [character] = match;
    if (character === '"') {
      let quote = match.index;
      do {
        quote = text.indexOf('"', quote + 1);
        if (quote === -1) return -1;
      } while (isEscaped(text, quote));
      NEXT.lastIndex = quote + 1;
      if (depth === 0) return quote + 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character !== ',') {
      if (depth === 0) return match.index;
      depth -= 1;
      if (depth === 0) return match.index + 1;
    } else if (depth === 0) return match.index;
  }
  return -1;
}

function isEscaped(text: string, quote: number): boolean {
  let slashes = 0;
  while (text[quote - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

export interface JsonList {
  /** Offset of the bracket that opens the list. */
  readonly start: number;
  /** Fields of the object around it that are not read. */
  readonly unused: readonly { readonly field: string; readonly offset: number }[];
  readonly isWrapped: boolean;
}

/** The list whose elements are the records of the file; null when the file is a sequence of values. */
function findList(text: string): JsonList | null {
  const start = skipSpace(text, 0);
  if (text[start] === '[') {
    // A line that is a list of its own among others is a faulty line; a list of objects may have something after it.
    const end = createLineEnds(text)(start);
    const first = readJson({ text: text.slice(start, end), maxDepth: MAX_ROW_DEPTH + 2 });
    const after = skipSpace(text, end);
    const isList =
      'fault' in first ||
      after === text.length ||
      (Array.isArray(first.value) && isObject(first.value[0]) && text[after] !== '[');
    return isList ? { start, unused: [], isWrapped: false } : null;
  }
  if (text[start] !== '{') return null;
  const unused: { field: string; offset: number }[] = [];
  let list = -1;
  let offset = skipSpace(text, start + 1);
  while (text[offset] === '"') {
    const keyEnd = skipValue(text, offset);
    if (keyEnd === -1) return null;
    const field = text.slice(offset + 1, keyEnd - 1);
    const keyOffset = offset;
    offset = skipSpace(text, keyEnd);
    if (text[offset] !== ':') return null;
    offset = skipSpace(text, offset + 1);
    if (list === -1 && LIST_FIELDS.test(field) && text[offset] === '[' && text[skipSpace(text, offset + 1)] === '{')
      list = offset;
    else unused.push({ field, offset: keyOffset });
    // An object of a row's own fields is a row, whatever else it holds.
    if (unused.length > 64) return null;
    offset = skipValue(text, offset);
    if (offset === -1) break;
    offset = skipSpace(text, offset);
    if (text[offset] === ',') offset = skipSpace(text, offset + 1);
  }
  const isRow =
    guessMapping(unused.map(({ field }) => field)) !== null ||
    unused.some(({ field }) => /^(?:messages|conversations?)$/.test(field));
  if (list === -1 || isRow) return null;
  // What follows the object would be a further record.
  if (offset !== -1 && (text[offset] !== '}' || skipSpace(text, offset + 1) !== text.length)) return null;
  return { start: list, unused, isWrapped: true };
}

function recordItem(
  read: JsonRead,
  start: Place,
  place: (offset: number) => Place,
  lines: { readonly line: number; readonly endLine: number; readonly end: number },
): SourceItem {
  return {
    kind: 'record',
    record: read.value,
    start,
    place: (field) => {
      const offset = read.fields.get(field);
      return offset === undefined ? start : place(offset);
    },
    exactNumbers: read.exactNumbers.map(({ field, offset }) => ({ field, place: place(offset) })),
    ...lines,
  };
}

export interface ReadJsonRecordsParameters {
  readonly text: string;
  /** Called for each field around the list that is not read. */
  readonly onUnused: (field: string, place: Place) => void;
}

export function* readJsonRecords({ text, onUnused }: ReadJsonRecordsParameters): Generator<SourceItem> {
  const list = findList(text);
  if (list === null) {
    if ((yield* readColumns(text, onUnused)) === null) yield* readSequence(text);
  } else {
    const counter = createLineCounter(text);
    for (const { field, offset } of list.unused) if (offset < list.start) onUnused(field, counter.at(offset));
    yield* readList(text, list, onUnused);
  }
}

/** A table by its columns, which is the one value of the file; null when it is none. A row has the table's lines. */
function* readColumns(
  text: string,
  onUnused: ReadJsonRecordsParameters['onUnused'],
): Generator<SourceItem, true | null> {
  const start = skipSpace(text, 0);
  if (text[start] !== '{') return null;
  const end = skipValue(text, start);
  if (end === -1 || skipSpace(text, end) !== text.length) return null;
  const read = readJson({ text, maxDepth: MAX_ROW_DEPTH + 2 });
  const table = 'fault' in read ? null : recordsOfColumns(read.value);
  if ('fault' in read || table === null) return null;
  const counter = createLineCounter(text);
  const first = counter.at(start);
  const lines = { line: first.line, endLine: counter.at(text.length).line, end: text.length };
  const unused = table.unused.map((field) => [field, read.fields.get(field) ?? start] as const);
  const unusedPlaces = createLineCounter(text);
  for (const [field, offset] of unused.toSorted(([, one], [, other]) => one - other))
    onUnused(field, unusedPlaces.at(offset));
  if (first.line > 1) yield { kind: 'frame', line: 1, endLine: first.line - 1, end: start };
  const numberPlaces = createLineCounter(text);
  const exactNumbers = read.exactNumbers.map(({ field, offset }) => ({ field, place: numberPlaces.at(offset) }));
  for (const [index, record] of table.records.entries())
    yield {
      kind: 'record',
      record,
      start: first,
      place: () => first,
      // Each is noted once, wherever it stands.
      exactNumbers: index === 0 ? exactNumbers : [],
      ...lines,
    };
  return true;
}

/** The values of one line, one after another, with commas between them or after the last; null when something else stands there. */
function valuesOf(source: string): readonly JsonRead[] | null {
  const values: JsonRead[] = [];
  for (let offset = skipSpace(source, 0); offset < source.length; ) {
    const read = readJson({ text: source, start: offset, maxDepth: MAX_ROW_DEPTH, partial: true });
    if ('fault' in read || !isObject(read.value)) return null;
    values.push(read);
    offset = skipSpace(source, read.end);
    if (source[offset] === ',') offset = skipSpace(source, offset + 1);
  }
  return values;
}

/** A value per line; one that its line leaves open may go on over the next lines, as printed JSON does. */
function* readSequence(text: string): Generator<SourceItem> {
  const lineEnd = createLineEnds(text);
  /** Of values over several lines, which may turn out to be none: `lineEnd` is not to run ahead. */
  const lineEndAhead = createLineEnds(text);
  let line = 0;
  /** Before here no value over several lines is tried again: one that began there was not closed. */
  let triedUntil = 0;
  for (let start = 0; start < text.length; ) {
    const end = lineEnd(start);
    const next = afterLineEnd(text, end);
    line += 1;
    // Marks that begin a file stand within one that was joined of several, and a separator of RFC 7464 before each value.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that separator.
    const source = text.slice(start, end).replace(/^[\ufeff\x1e\s]+/, (lead) => ' '.repeat(lead.length));
    const lines = { line, endLine: line, end: next };
    const first = source.search(/\S/);
    if (first === -1) {
      yield { kind: 'frame', ...lines };
      start = next;
      continue;
    }
    const read = readJson({ text: source, maxDepth: MAX_ROW_DEPTH });
    if (!('fault' in read)) {
      const at = (offset: number): Place => ({ line: lines.line, column: offset + 1 });
      yield recordItem(read, at(first), at, lines);
      start = next;
      continue;
    }
    // A comma after each, as in a list that lost its brackets, or several on a line.
    const values = /[,{]/.test(source[read.fault.offset] ?? '') ? valuesOf(source) : null;
    if (values !== null) {
      const at = (offset: number): Place => ({ line: lines.line, column: offset + 1 });
      for (const value of values) yield recordItem(value, at(first), at, lines);
      start = next;
      continue;
    }
    if (start >= triedUntil && read.fault.offset >= source.trimEnd().length && goesOn(text, source, next)) {
      const whole = readJson({ text, start, maxDepth: MAX_ROW_DEPTH, partial: true });
      const stop = 'fault' in whole ? whole.fault.offset : whole.end;
      triedUntil = stop;
      if (!('fault' in whole) && text.slice(stop, lineEndAhead(stop)).trim() === '') {
        const place = placesFrom(text, start, { line, column: 1 });
        const last = place(stop).line;
        yield recordItem(whole, { line, column: first + 1 }, place, {
          line,
          endLine: last,
          end: afterLineEnd(text, lineEndAhead(stop)),
        });
        start = afterLineEnd(text, lineEndAhead(stop));
        line = last;
        continue;
      }
    }
    yield { kind: 'fault', ...read.fault, place: { line, column: read.fault.offset + 1 }, ...lines };
    start = next;
  }
}

/** Whether the value that `source` leaves open continues: the next line is not a record of its own. */
function goesOn(text: string, source: string, next: number): boolean {
  const following = text[skipSpace(text, next)];
  return following !== undefined && (following !== '{' || /[[:,{]\s*$/.test(source));
}

/** Places of offsets after `start`, whose own place is `at`. Counts anew for each: for few, and near. */
function placesFrom(text: string, start: number, at: Place): (offset: number) => Place {
  return (offset) => {
    const lines = text.slice(start, offset).split(/\r\n|\n|\r/);
    const length = (lines.at(-1) as string).length;
    return { line: at.line + lines.length - 1, column: (lines.length === 1 ? at.column : 1) + length };
  };
}

function* readList(
  text: string,
  list: JsonList,
  onUnused: ReadJsonRecordsParameters['onUnused'],
): Generator<SourceItem> {
  const counter = createLineCounter(text);
  const lineEnd = createLineEnds(text);
  let offset = skipSpace(text, list.start + 1);
  const opened = counter.at(list.start);
  let covered = opened.line;
  let problems = 0;
  yield { kind: 'frame', line: 1, endLine: covered, end: list.start };
  const fault = (problem: JsonFault, at: Place, from: number, through: number, end: number): SourceItem => ({
    kind: 'fault',
    ...problem,
    place: at,
    line: from,
    endLine: Math.max(through, at.line),
    end,
  });
  const syntax = (message: string): JsonFault => ({ offset, code: 'JSON_SYNTAX', message, facts: {} });
  let isClosed = text[offset] === ']';
  while (!isClosed && offset < text.length) {
    const start = counter.at(offset);
    if (start.line > covered + 1) yield { kind: 'frame', line: covered + 1, endLine: start.line - 1, end: offset };
    covered = Math.max(covered, start.line);
    const read = readJson({ text, start: offset, maxDepth: MAX_ROW_DEPTH, partial: true });
    let problem: JsonFault | undefined;
    let isTrailing = false;
    if ('fault' in read) problem = read.fault;
    else {
      const place = placesFrom(text, offset, start);
      const last = read.end - offset < 4_096 ? place(read.end).line : undefined;
      const after = skipSpace(text, read.end);
      const separator = text[after];
      const endLine = last ?? counter.at(read.end).line;
      yield recordItem(unwrapRow(read), start, place, { line: start.line, endLine, end: read.end });
      covered = endLine;
      if (separator === ',') {
        offset = skipSpace(text, after + 1);
        if (text[offset] !== ']') continue;
        isTrailing = true;
        problem = { ...syntax('Expected a value, but there is "]".'), offset };
      } else if (separator === ']') {
        offset = after;
        isClosed = true;
        continue;
      } else {
        const found = separator === undefined ? 'the file ends' : `there is ${JSON.stringify(separator)}`;
        problem = { ...syntax(`Expected "," or "]" after a list item, but ${found}.`), offset: after };
        // The item that was read stays; the one after it may be sound.
        const place = counter.at(after);
        problems += 1;
        yield fault(problem, place, Math.max(covered, Math.min(place.line, covered + 1)), place.line, after);
        covered = Math.max(covered, place.line);
        offset = after;
        if (separator === '{') continue;
        offset = resume({ text, lineEnd, from: after, column: start.column, not: after - 1, isBetween: true });
        continue;
      }
    }
    // Reading goes on at the next object on the line, or at the next line that begins one, no deeper than this one.
    const from = isTrailing
      ? problem.offset
      : resume({
          text,
          lineEnd,
          from: Math.max(problem.offset, offset),
          column: start.column,
          not: offset,
          isBetween: problem.offset === offset,
        });
    const at = counter.at(Math.min(problem.offset, from));
    const through = from >= text.length ? lastLine(text, counter) : Math.max(at.line, counter.at(from).line - 1);
    problems += 1;
    yield fault(problem, at, covered, Math.max(through, covered), from);
    covered = Math.max(through, covered);
    offset = from;
    isClosed = isTrailing;
  }
  if (!isClosed) {
    const last = lastLine(text, counter);
    if (problems === 0 || last > covered)
      yield fault(
        { ...syntax('The list is opened here and never closed.'), offset: list.start },
        opened,
        Math.min(covered + 1, last),
        last,
        text.length,
      );
    return;
  }
  // After the list: the rest of the object around it, then nothing.
  let end = skipSpace(text, offset + 1);
  if (list.isWrapped) {
    for (const { field, offset: place } of list.unused) if (place > list.start) onUnused(field, counter.at(place));
    const close = text.lastIndexOf('}');
    end = close >= end ? skipSpace(text, close + 1) : end;
  }
  const rest = counter.at(end);
  const last = lastLine(text, counter);
  if (end < text.length) {
    yield {
      ...fault(
        { ...syntax('The list ends here, but the file goes on.'), offset: end },
        rest,
        Math.min(covered + 1, rest.line),
        last,
        text.length,
      ),
    } as SourceItem;
  } else if (last > covered) yield { kind: 'frame', line: covered + 1, endLine: last, end: text.length };
}

function lastLine(text: string, counter: ReturnType<typeof createLineCounter>): number {
  return counter.at(text.length).line;
}

interface ResumeParameters {
  readonly text: string;
  readonly lineEnd: (from: number) => number;
  readonly from: number;
  readonly column: number;
  readonly not: number;
  /** Whether the fault stands between two elements, so that the next comma is one of the list. */
  readonly isBetween: boolean;
}

/**
 * Offset where reading goes on after a fault at `from`: the next element on its line, as it seems; or the first object after `not` that
 * begins a line, from that of `from` on, no deeper than `column`.
 */
function resume({ text, lineEnd, from, column, not, isBetween }: ResumeParameters): number {
  const NEXT_ELEMENT = isBetween ? /,[ \t]*(?=\{)/g : /\}[ \t]*,[ \t]*(?=\{)/g;
  if (NEXT_ELEMENT.test(text.slice(from, lineEnd(from)))) return from + NEXT_ELEMENT.lastIndex;
  // Back to where its line begins, but not before `not`: nothing there is an element, and each fault would go back over the file.
  let start = from;
  while (start > not && text[start - 1] !== '\n' && text[start - 1] !== '\r') start -= 1;
  while (start < text.length) {
    const first = skipSpace(text, start);
    const end = lineEnd(start);
    if (first < end && first > not && text[first] === '{' && first - start < column) return first;
    start = afterLineEnd(text, end);
  }
  return text.length;
}

/** The dataset server of Hugging Face puts each row in `row`, beside its number. One whose texts it cut short stays as it is. */
function unwrapRow(read: JsonRead): JsonRead {
  const { value } = read;
  if (!isObject(value) || !isObject(value['row']) || typeof value['row_idx'] !== 'number') return read;
  if (Array.isArray(value['truncated_cells']) && value['truncated_cells'].length > 0) return read;
  return { ...read, value: value['row'] as Json };
}
