// Against the definition, by search.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCorpus } from './createCorpus.ts';
import { log2 } from './log2.ts';
import { maximalSpans } from './maximalSpans.ts';
import { gateSpans, rowScores } from './rowScores.ts';

const isAt = (row: readonly number[], at: number, part: readonly number[]): boolean =>
  at + part.length <= row.length && part.every((token, index) => row[at + index] === token);

function searched(rows: readonly (readonly number[])[], query: readonly number[]) {
  const placesOf = (part: readonly number[]): number[] =>
    rows.flatMap((row, number) => row.flatMap((_, at) => (isAt(row, at, part) ? [number] : [])));
  const longest = query.map((_, start) => {
    let length = 0;
    while (start + length < query.length && placesOf(query.slice(start, start + length + 1)).length > 0) length += 1;
    return length;
  });
  const all = rows.flat();
  const spans = longest.flatMap((length, start) => {
    const passes = longest.every((other, before) => before >= start || before + other < start + length);
    if (length === 0 || !passes) return [];
    const part = query.slice(start, start + length);
    const places = placesOf(part);
    const bits = part.reduce((sum, token) => sum + log2(all.length / all.filter((each) => each === token).length), 0);
    return [
      { start, length, count: places.length, rows: [...new Set(places)].sort((one, other) => one - other), bits },
    ];
  });
  return { longest, spans };
}

test('spans are those that a search finds, with all their places', () => {
  const tokens = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 9 });
  fc.assert(
    fc.property(
      fc.array(tokens, { maxLength: 14 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 }),
      (rows, query) => {
        expect(maximalSpans(createCorpus(rows), query)).toEqual(searched(rows, query));
      },
    ),
    { numRuns: 1_500 },
  );
});

test('a span that is short, common or expected is no evidence; at a bound it is', () => {
  const span = { start: 0, length: 4, count: 3, rows: [1, 2], bits: 10 };
  const passes = (minLength: number, minBits: number, maxCount?: number): boolean =>
    gateSpans([span], { minLength, minBits, ...(maxCount === undefined ? {} : { maxCount }) }).length === 1;
  expect([passes(4, 10), passes(4, 10, 3), passes(5, 10), passes(4, 10.1), passes(4, 10, 2)]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('bits go to rows in equal parts, ascending by row', () => {
  const scores = rowScores([
    { start: 0, length: 4, count: 2, rows: [2, 7], bits: 10 },
    { start: 5, length: 4, count: 9, rows: [0, 2, 4], bits: 6 },
  ]);
  expect([...scores]).toEqual([
    [0, 2],
    [2, 7],
    [4, 2],
    [7, 5],
  ]);
});
