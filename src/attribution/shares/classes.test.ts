import { expect, test } from 'vitest';
import { capShares } from './capShares.ts';
import { classBest } from './classBest.ts';
import { classWeights } from './classWeights.ts';
import { largestRemainder } from './largestRemainder.ts';
import { placeboThreshold } from './placeboThreshold.ts';

test('a content is paid for its best row, of equals the first, to the owner of its first row', () => {
  const classes = [0, 0, 2, 2, 2, 5];
  const weights = [1, 3, 4, 4, 2, 0];
  expect([...classBest(weights, classes)]).toEqual([
    [0, 1],
    [2, 2],
    [5, 5],
  ]);
  const sums = classWeights({ weights, classes, owners: [2, 0, 1, 0, 0, 0], contributorCount: 4 });
  expect(sums.map((sum) => Number(sum / 2n ** 1074n))).toEqual([0, 4, 3, 0]);
});

test('the threshold is a score that was seen, at its rank, and not below zero', () => {
  const scores = [5, 1, 4, 2, 3];
  expect([1, 20, 21, 40, 41, 80, 81, 95, 100].map((percent) => placeboThreshold(scores, percent))).toEqual([
    1, 1, 2, 2, 3, 4, 5, 5, 5,
  ]);
  expect(placeboThreshold([-3, -2], 100)).toBe(0);
  expect(placeboThreshold([], 95)).toBe(0);
  // By value, and not as texts.
  expect(placeboThreshold([10, 9, 100], 50)).toBe(10);
});

test('nobody is above the cap but where too few share', () => {
  const shares = (weights: bigint[], cap: number) => largestRemainder(capShares(weights, cap));
  expect(shares([6n, 3n, 1n], 500_000)).toEqual([500_000, 375_000, 125_000]);
  // What the first has too much lifts the second above the cap.
  expect(shares([10n, 5n, 1n, 1n], 400_000)).toEqual([400_000, 400_000, 100_000, 100_000]);
  expect(shares([5n, 0n, 1n], 200_000)).toEqual([500_000, 0, 500_000]);
  expect(shares([7n], 200_000)).toEqual([1_000_000]);
  expect(shares([3n, 1n], 1_000_000)).toEqual([750_000, 250_000]);
  expect(capShares([0n, 0n], 200_000)).toEqual([0n, 0n]);
  expect(shares([0n, 0n], 200_000)).toBeNull();
});

test('units left over go to the largest remainders, of equals to the first', () => {
  expect(largestRemainder([1n, 1n, 1n], 10)).toEqual([4, 3, 3]);
  expect(largestRemainder([1n, 1n, 1n], 11)).toEqual([4, 4, 3]);
  expect(largestRemainder([1n, 2n, 4n], 10)).toEqual([1, 3, 6]);
  expect(() => largestRemainder([])).toThrow(expect.objectContaining({ code: 'SHARE_WEIGHT_INVALID' }));
});
