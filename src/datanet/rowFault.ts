import type { Json } from '../lib/canonicalJson.ts';
import type { Fact } from '../lib/errors.ts';

/** Why a record is not a row, and in which field ('' for the record itself). */
export interface RowFault {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `facts`: what the message names, besides the field at fault. */
export function fault(
  field: string,
  code: string,
  message: string,
  facts: Readonly<Record<string, Fact>> = { field },
): { readonly fault: RowFault } {
  return { fault: { field, code, message, facts } };
}
