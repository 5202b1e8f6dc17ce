// Checks every request of a service by a schema before the method sees it: what comes over a channel, or from plain JavaScript, has
// no types. One place for all workers; a domain says what its methods take.
import * as v from 'valibot';
import { type Fact, TributaryError } from './errors.ts';
import type { Service } from './rpc.ts';

/** What is wrong with a request. */
export interface RequestFault {
  /** Where, for example `rows[3].promptLength`; empty for the request itself. */
  readonly field: string;
  /** Positions in lists on the way there, for example `[3]`. */
  readonly indices: readonly number[];
  readonly value: Fact;
  /** What is expected there, and what was received. */
  readonly reason: string;
}

const MAX_SHOWN = 80;

function shown(value: unknown): Fact {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return value.slice(0, MAX_SHOWN);
  if (typeof value === 'bigint') return `${value}n`.slice(0, MAX_SHOWN);
  return Array.isArray(value) ? `a list of ${value.length}` : typeof value;
}

/** The first fault of a request, or undefined. */
export function requestFault(schema: v.GenericSchema, request: unknown): RequestFault | undefined {
  const { issues } = v.safeParse(schema, request, { abortEarly: true });
  const issue = issues?.[0];
  if (issue === undefined) return undefined;
  // An item of a set has no key.
  const keys = (issue.path ?? []).map(({ key }) => key).filter((key) => key !== null);
  return {
    field: keys
      .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`))
      .join(''),
    indices: keys.filter((key) => typeof key === 'number'),
    value: shown(issue.input),
    reason: issue.message,
  };
}

function invalid(method: string, { field, value, reason }: RequestFault): TributaryError {
  return new TributaryError({
    code: 'REQUEST_INVALID',
    message: `The request "${method}" is not valid${field === '' ? '' : ` in "${field}"`}: ${reason}`,
    facts: { method, field, value, reason },
    hint: 'Correct the field; if the app sent it, reload the page.',
  });
}

/** A schema for each method; undefined for one that checks its request itself, with its own codes. */
export type RequestSchemas<S extends object> = { readonly [Method in keyof S]: v.GenericSchema | undefined };

const streams = (method: unknown): boolean =>
  Object.prototype.toString.call(method) === '[object AsyncGeneratorFunction]';

/**
 * `service`, with every request checked first. A fault is `REQUEST_INVALID`: a stream throws it when it is read, any other method
 * rejects with it; the method is not called.
 */
export function checkedService<S extends object>(service: S, schemas: RequestSchemas<S>): S {
  const wrap = (name: keyof S & string): Service[string] => {
    const method = service[name] as Service[string];
    const schema = schemas[name];
    if (schema === undefined) return method;
    const check = (request: unknown): void => {
      const fault = requestFault(schema, request);
      if (fault !== undefined) throw invalid(name, fault);
    };
    if (streams(method))
      return async function* (request, context) {
        check(request);
        yield* method.call(service, request, context) as AsyncIterable<unknown>;
      };
    return async (request, context) => {
      check(request);
      return await method.call(service, request, context);
    };
  };
  return Object.fromEntries(Object.keys(service).map((name) => [name, wrap(name as keyof S & string)])) as S;
}

/** Bytes that are still there: a buffer that was transferred to somebody reads as one of no length. */
export const bytesSchema = v.pipe(
  v.instance(Uint8Array),
  v.check(({ buffer }) => (buffer as ArrayBuffer).detached !== true, 'The buffer was transferred to somebody else'),
);

/** A `Blob`, or what reads like one. */
export const blobSchema = v.custom<Blob>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Blob).size === 'number' &&
    typeof (value as Blob).slice === 'function',
  'Invalid type: Expected Blob',
);

/** A whole number of at least `least`. */
export const wholeNumber = (least: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(least));
