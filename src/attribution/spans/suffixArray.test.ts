import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCorpus } from './createCorpus.ts';
import { log2 } from './log2.ts';
import { maximalSpans } from './maximalSpans.ts';
import { suffixArray } from './suffixArray.ts';

test('sorts the suffixes of any text', () => {
  const text = fc
    .integer({ min: 1, max: 4 })
    .chain((alphabet) => fc.array(fc.integer({ min: 0, max: alphabet - 1 }), { maxLength: 60 }));
  fc.assert(
    fc.property(text, (symbols) => {
      const compare = (one: number, other: number): number => {
        for (let k = 0; ; k += 1) {
          const [a, b] = [symbols[one + k] ?? -1, symbols[other + k] ?? -1];
          if (a !== b || a === -1) return a - b;
        }
      };
      const expected = symbols.map((_, at) => at).sort(compare);
      expect([...suffixArray(Int32Array.from(symbols), 4)]).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('an answer copied from two rows gives two spans, and none crosses rows', () => {
  const corpus = createCorpus([
    [5, 6, 7, 8],
    [9, 10, 11],
    [7, 8, 9, 12],
  ]);
  const { spans, longest } = maximalSpans(corpus, [5, 6, 7, 8, 9, 10, 11]);
  expect(longest).toEqual([4, 3, 3, 2, 3, 2, 1]);
  expect(spans.map(({ start, length, rows }) => ({ start, length, rows }))).toEqual([
    { start: 0, length: 4, rows: [0] },
    { start: 2, length: 3, rows: [2] },
    { start: 4, length: 3, rows: [1] },
  ]);
});

test('log2 is right to 44 bits', () => {
  for (const value of [1, 2, 3, 1e-9, 1000 / 3, 1e300, 1.0000001])
    expect(Math.abs(log2(value) - Math.log2(value))).toBeLessThan(2 ** -40);
  expect(log2(1024)).toBe(10);
});
