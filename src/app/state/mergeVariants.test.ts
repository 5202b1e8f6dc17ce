import { expect, test } from 'vitest';
import type { VariantReport } from '../../engine/index.ts';
import { mergeVariants } from './mergeVariants.ts';

const choice = (shape: string, variant: string) => ({
  operator: 'linear',
  shape,
  variant,
  fingerprint: '0',
  milliseconds: {},
});
const refusal = (shape: string, reason: string) => ({ operator: 'linear', shape, variant: 'tile', reason });
const older: VariantReport = {
  device: 'a',
  choices: [choice('1', 'old'), choice('2', 'old')],
  refused: [refusal('1', 'old'), refusal('2', 'old')],
};

test('shapes of other models are kept, those of this one are replaced', () => {
  const newer = { device: 'a', choices: [choice('2', 'new'), choice('3', 'new')], refused: [] };
  const { choices, refused } = mergeVariants(older, newer);
  expect(choices.map(({ shape, variant }) => [shape, variant])).toEqual([
    ['2', 'new'],
    ['3', 'new'],
    ['1', 'old'],
  ]);
  // What was refused for shape 2 is right now.
  expect(refused.map(({ shape }) => shape)).toEqual(['1']);
});

test('nothing of another device is kept', () => {
  const newer = { device: 'b', choices: [], refused: [] };
  expect(mergeVariants(older, newer)).toBe(newer);
  expect(mergeVariants(undefined, newer)).toBe(newer);
});
