import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePartialIndex, encodePartialIndex } from './partialIndex.ts';

const partialIndex = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc.record({
    parameterCount: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    sketches: fc.array(
      fc.record({
        codes: fc.int8Array({ minLength: size, maxLength: size }).map((codes) => new Int8Array(codes)),
        exponent: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      }),
    ),
  }),
);

test('sketches come back from the bytes as they went in, wherever in a buffer the bytes lie', () => {
  fc.assert(
    fc.property(partialIndex, fc.nat({ max: 9 }), (partial, offset) => {
      const bytes = encodePartialIndex(partial);
      const inside = new Uint8Array(offset + bytes.length);
      inside.set(bytes, offset);
      expect(decodePartialIndex(inside.subarray(offset))).toEqual(partial);
    }),
  );
});

test('a sketch that is cut off is dropped, the whole ones before it stay', () => {
  fc.assert(
    fc.property(partialIndex, fc.nat(), ({ parameterCount, sketches }, cut) => {
      fc.pre(sketches.length > 0);
      const bytes = encodePartialIndex({ parameterCount, sketches });
      const stride = (bytes.length - 8) / sketches.length;
      const decoded = decodePartialIndex(bytes.subarray(0, bytes.length - 1 - (cut % stride)));
      expect(decoded.sketches).toEqual(sketches.slice(0, -1));
    }),
  );
});

test('bytes that are no sketches leave nothing', () => {
  for (const length of [0, 1, 7, 8, 50])
    expect(decodePartialIndex(new Uint8Array(length))).toEqual({ parameterCount: 0, sketches: [] });
  // A size that no file has: the one sketch would be cut off.
  expect(decodePartialIndex(new Uint8Array(50).fill(255)).sketches).toEqual([]);
});
