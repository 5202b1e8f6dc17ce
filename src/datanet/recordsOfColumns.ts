// A table as one JSON object, as pandas writes it: `orient="columns"` (its default), `"list"`, `"index"`, `"split"`, `"tight"`.
import type { Json } from '../lib/canonicalJson.ts';
import { guessMapping } from './mapColumns.ts';
import { isObject, type JsonObject } from './rowFault.ts';

export interface ColumnRecords {
  readonly records: readonly JsonObject[];
  /** Fields of the object that no record holds. */
  readonly unused: readonly string[];
}

/** As an own field, whatever its name is. */
function recordOf(entries: Iterable<readonly [string, Json]>): JsonObject {
  return Object.fromEntries(entries);
}

/** Names of columns, and lists with a value for each. */
function ofSplit(table: JsonObject): ColumnRecords | null {
  const { columns, data, ...more } = table;
  if (!Array.isArray(columns) || !Array.isArray(data)) return null;
  const names = columns as readonly Json[];
  if (!names.every((name) => typeof name === 'string') || new Set(names).size !== names.length) return null;
  if (!data.every((values: Json) => Array.isArray(values) && values.length === names.length)) return null;
  return {
    records: (data as readonly (readonly Json[])[]).map((values) =>
      recordOf(names.map((name, index) => [name as string, values[index] as Json] as const)),
    ),
    unused: Object.keys(more),
  };
}

/** A list, or an object by row, for each column; all of the two that are needed are as long, and are text. */
function ofColumns(table: JsonObject): ColumnRecords | null {
  const mapping = guessMapping(Object.keys(table));
  if (mapping === null) return null;
  const lead = table[mapping.prompt];
  const isList = Array.isArray(lead);
  if (!isList && !isObject(lead)) return null;
  const rows = Object.keys(lead);
  const isColumn = (value: Json | undefined): value is Json[] | JsonObject =>
    (isList ? Array.isArray(value) : isObject(value)) &&
    Object.keys(value as JsonObject).length === rows.length &&
    rows.every((row) => Object.hasOwn(value as JsonObject, row));
  const names = Object.keys(table).filter((name) => isColumn(table[name]));
  const isText = (name: string): boolean =>
    names.includes(name) && Object.values(table[name] as JsonObject).every((value) => typeof value === 'string');
  if (!isText(mapping.prompt) || !isText(mapping.response)) return null;
  return {
    records: rows.map((row) =>
      recordOf(names.map((name) => [name, (table[name] as JsonObject)[row] as Json] as const)),
    ),
    unused: Object.keys(table).filter((name) => !names.includes(name)),
  };
}

/** A record for each name of a row. */
function ofIndex(table: JsonObject): ColumnRecords | null {
  const records = Object.values(table);
  const isRecord = (value: Json): value is JsonObject =>
    isObject(value) &&
    (guessMapping(Object.keys(value)) !== null ||
      ['messages', 'conversations'].some((name) => Array.isArray(value[name])));
  if (records.length === 0 || !records.every(isRecord)) return null;
  return { records, unused: Object.keys(table).filter((name) => !/^\d+$/.test(name)) };
}

/** The records of `value`; null when it is no such table. */
export function recordsOfColumns(value: Json): ColumnRecords | null {
  return isObject(value) ? (ofSplit(value) ?? ofColumns(value) ?? ofIndex(value)) : null;
}
