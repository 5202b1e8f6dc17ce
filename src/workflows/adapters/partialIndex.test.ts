import { expect, test } from 'vitest';
import { decodePartialIndex, encodePartialIndex } from './partialIndex.ts';

test('sketches come back from the file as they went in', () => {
  const sketches = [
    { codes: Int8Array.of(-128, 0, 127, 5), exponent: -20 },
    { codes: Int8Array.of(1, 2, 3, 4), exponent: 3 },
  ];
  const bytes = encodePartialIndex({ parameterCount: 4_000_000_000, sketches });
  expect(decodePartialIndex(bytes)).toEqual({ parameterCount: 4_000_000_000, sketches });
  expect(decodePartialIndex(encodePartialIndex({ parameterCount: 0, sketches: [] })).sketches).toEqual([]);
});
