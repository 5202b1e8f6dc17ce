// What no caller should send, for tests of services.
import fc from 'fast-check';

const junk = fc.oneof(
  fc.anything({ maxDepth: 2, withBigInt: true, withTypedArray: true, withDate: true }),
  fc.constantFrom(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 0.5, 2 ** 53, '', '__proto__', [], {}, [
    null,
  ]),
);

const isLeaf = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Blob;

/** A valid request with one of its parts replaced or a field more, at any depth; or anything at all. */
export function damagedRequest(request: unknown): fc.Arbitrary<unknown> {
  if (isLeaf(request)) return junk;
  const value = request as Record<string, unknown>;
  const inside = Object.keys(value).map((key) =>
    damagedRequest(value[key]).map((part) =>
      Array.isArray(value) ? value.with(Number(key), part) : { ...value, [key]: part },
    ),
  );
  return fc.oneof(
    junk,
    junk.map((part) => ({ ...value, more: part })),
    ...inside,
    ...inside,
  );
}

/** What came of a call to a service: its value, its items, or its error's code; `untyped` for any other error. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    const result = call();
    if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return await result;
    const items: unknown[] = [];
    for await (const item of result as AsyncIterable<unknown>) items.push(item);
    return items;
  } catch (error) {
    const { code = 'untyped', facts } = error as { code?: string; facts?: unknown };
    return { code, facts, error: code === 'untyped' ? String((error as Error).stack) : undefined };
  }
}

export const codeOf = (outcome: unknown): string | undefined => (outcome as { code?: string } | undefined)?.code;
