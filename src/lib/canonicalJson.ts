// RFC 8785 (JSON Canonicalization Scheme): one text for one value, so that a hash of a row is a hash of its meaning.
import { TributaryError } from './errors.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

function refuse(value: unknown, path: string): never {
  throw new TributaryError({
    code: 'JSON_NOT_CANONICAL',
    message: 'This value has no canonical JSON form.',
    facts: { path, value: String(value).slice(0, 80) },
    hint: 'Use strings without lone surrogates, finite numbers, booleans, null, arrays and objects.',
  });
}

function text(value: string, path: string): string {
  if (!value.isWellFormed()) refuse(value, path);
  return JSON.stringify(value);
}

/**
 * The canonical text of a JSON value: object keys in UTF-16 code unit order, ECMAScript number text, no white space.
 * Throws `JSON_NOT_CANONICAL` with the path of the offending value.
 */
export function canonicalJson(value: Json, path = '$'): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value, path);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : refuse(value, path);
  if (Array.isArray(value))
    return `[${value.map((item: Json, index) => canonicalJson(item, `${path}[${index}]`)).join(',')}]`;
  if (typeof value !== 'object') return refuse(value, path);
  const entries = value as { readonly [key: string]: Json };
  const members = Object.keys(entries)
    .sort()
    .map((key) => `${text(key, path)}:${canonicalJson(entries[key] as Json, `${path}.${key}`)}`);
  return `{${members.join(',')}}`;
}
