import { expect, test } from 'vitest';
import { chanceShare } from './chanceShare.ts';
import { combineChannels } from './combineChannels.ts';
import { largestRemainder } from './largestRemainder.ts';

const classes = [0, 1, 2, 3];

test('is what placebo rows show on average, times the number of contents, over what was found', () => {
  // Mean excess of placebo rows: (1 + 0 + 0 + 0) / 4; four contents; found: 2 + 3.
  const placeboScores = Float64Array.of(2, 1, 0, -5);
  expect(chanceShare({ excess: Float64Array.of(2, 3, 0, 0), classes, placeboScores, threshold: 1 })).toBe(200_000);
});

test('copies of a row count once on both sides', () => {
  const placeboScores = Float64Array.of(2, 1, 0, -5);
  const excess = Float64Array.of(2, 3, 0, 0, 3, 3, 3);
  expect(chanceShare({ excess, classes: [...classes, 1, 1, 1], placeboScores, threshold: 1 })).toBe(200_000);
});

test('is never more than everything, and nothing without placebo rows or without a finding', () => {
  const excess = Float64Array.of(0.1, 0, 0, 0);
  expect(chanceShare({ excess, classes, placeboScores: Float64Array.of(9), threshold: 1 })).toBe(1_000_000);
  expect(chanceShare({ excess, classes, placeboScores: new Float64Array(0), threshold: 0 })).toBe(0);
  expect(chanceShare({ excess: new Float64Array(4), classes, placeboScores: Float64Array.of(9), threshold: 1 })).toBe(
    0,
  );
});

test('its part of influence is paid by the fallback; the other channels are not touched', () => {
  const { weights, unattributedPpm } = combineChannels({
    channels: [
      [1n, 0n],
      [0n, 1n],
      [0n, 0n],
    ],
    channelsPpm: [600_000, 200_000, 200_000],
    fallback: [1n, 3n],
    chancePpm: 250_000,
  });
  // Influence has 800,000 (retrieval has nothing); a quarter of it is chance: 50,000 and 150,000 by the fallback.
  expect(unattributedPpm).toBe(200_000);
  expect(largestRemainder(weights)).toEqual([650_000, 350_000]);
});
