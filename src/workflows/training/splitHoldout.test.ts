import { expect, test } from 'vitest';
import { splitHoldout } from './splitHoldout.ts';

const rows = Array.from({ length: 200 }, (_, index) => ({ rowHash: index.toString(16).padStart(64, '0') }));

test('holds out one in twenty, the same ones for the same seed, in whatever order the rows come', () => {
  const { trained, placebo } = splitHoldout(rows, 1);
  expect([trained.length, placebo.length]).toStrictEqual([190, 10]);
  const reversed = splitHoldout(rows.toReversed(), 1);
  expect(new Set(reversed.placebo)).toStrictEqual(new Set(placebo));
  expect(new Set(splitHoldout(rows, 2).placebo)).not.toStrictEqual(new Set(placebo));
});

test('keeps the order of the rows and loses none', () => {
  const { trained, placebo } = splitHoldout(rows, 7);
  expect([...trained, ...placebo].toSorted((left, right) => (left.rowHash < right.rowHash ? -1 : 1))).toStrictEqual(
    rows,
  );
  expect(trained).toStrictEqual(rows.filter((row) => !placebo.includes(row)));
});

test('few rows are all trained on; many hold out a hundred', () => {
  expect(splitHoldout(rows.slice(0, 19), 1).placebo).toStrictEqual([]);
  const many = Array.from({ length: 5000 }, (_, index) => ({ rowHash: String(index) }));
  expect(splitHoldout(many, 1).placebo).toHaveLength(100);
});
