import { expect, test } from 'vitest';
import { exactWeight } from './rational.ts';

test.each([
  [0, 0n],
  [-0, 0n],
  [Number.MIN_VALUE, 1n],
  // The largest double without the leading one, and the smallest with it.
  [2 ** -1022 - Number.MIN_VALUE, 2n ** 52n - 1n],
  [2 ** -1022, 2n ** 52n],
  [1, 2n ** 1074n],
  [0.75, 3n * 2n ** 1072n],
])('%d is exactly that many units', (value, units) => {
  expect(exactWeight(value)).toBe(units);
});

test.each([-Number.MIN_VALUE, Number.POSITIVE_INFINITY, Number.NaN])('%d is no weight', (value) => {
  expect(() => exactWeight(value)).toThrow(expect.objectContaining({ code: 'SHARE_WEIGHT_INVALID' }));
});
