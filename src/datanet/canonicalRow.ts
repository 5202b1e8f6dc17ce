import { canonicalJson, type Json } from '../lib/canonicalJson.ts';
import { type Fact, TributaryError } from '../lib/errors.ts';
import { MAX_MARKS, MAX_ROW_BYTES, MAX_ROW_DEPTH } from './limits.ts';
import type { Row } from './types.ts';

function refuse(code: string, message: string, facts: Readonly<Record<string, Fact>>, hint: string): never {
  throw new TributaryError({ code, message, facts, hint });
}

/** Four UTF-16 units may compose to one, and each is a byte at least: what is longer does not fit, and need not be composed. */
const MAX_UNITS = 4 * MAX_ROW_BYTES;

const TOO_MANY_MARKS = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u');

function tooLarge(): never {
  refuse(
    'ROW_TOO_LARGE',
    `A row is larger than ${MAX_ROW_BYTES} bytes.`,
    { path: '$', maxBytes: MAX_ROW_BYTES },
    'Split the row into several.',
  );
}

function compose(text: string, path: string): string {
  if (text.length > MAX_UNITS) tooLarge();
  if (TOO_MANY_MARKS.test(text))
    refuse(
      'ROW_TOO_MANY_MARKS',
      `More than ${MAX_MARKS} marks stand on one letter of a row.`,
      { path, marks: MAX_MARKS },
      'Remove the marks.',
    );
  return text.normalize('NFC');
}

function normalise(value: Json, path: string, depth: number): Json {
  if (depth > MAX_ROW_DEPTH) {
    refuse(
      'ROW_TOO_DEEP',
      `A row is nested deeper than ${MAX_ROW_DEPTH} levels.`,
      { path, levels: MAX_ROW_DEPTH },
      'Flatten the row.',
    );
  }
  if (typeof value === 'string') return compose(value, path);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json, index) => normalise(item, `${path}[${index}]`, depth + 1));
  const entries = Object.entries(value).map(
    ([key, item]) => [compose(key, path), normalise(item as Json, `${path}.${key}`, depth + 1)] as const,
  );
  if (new Set(entries.map(([key]) => key)).size !== entries.length) {
    refuse(
      'ROW_KEYS_COLLIDE',
      'Two field names of a row are the same after Unicode normalisation.',
      { path },
      'Rename one of them.',
    );
  }
  // fromEntries defines own properties, so a field named `__proto__` stays a field.
  return Object.fromEntries(entries);
}

/**
 * The canonical text of a row: RFC 8785 over the row with every string in Unicode NFC. It has no line breaks: JSON escapes them.
 * Throws `ROW_INVALID`, `ROW_TOO_DEEP`, `ROW_KEYS_COLLIDE`, `ROW_TOO_MANY_MARKS`, `ROW_TOO_LARGE` or `JSON_NOT_CANONICAL`, with the path.
 */
export function canonicalRow(row: Row): string {
  if (typeof row !== 'object' || row === null || typeof row.prompt !== 'string' || typeof row.response !== 'string') {
    refuse(
      'ROW_INVALID',
      'A row needs the texts "prompt" and "response".',
      { path: '$' },
      'Map the columns of the file to these two fields.',
    );
  }
  const text = canonicalJson(normalise(row, '$', 0));
  // A UTF-16 unit is one to three bytes, so most rows need no encoding to know that they fit.
  if (text.length * 3 > MAX_ROW_BYTES && new TextEncoder().encode(text).byteLength > MAX_ROW_BYTES) tooLarge();
  return text;
}
