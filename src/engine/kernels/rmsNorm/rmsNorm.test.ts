import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { rmsNormOperator } from './rmsNorm.ts';

it.each([
  { rows: 1, columns: 96, groups: 1 },
  { rows: 37, columns: 250, groups: 1 },
  { rows: 5, columns: 24, groups: 3 },
])('agrees with the reference at $rows x $groups x $columns', async ({ rows, columns, groups }) => {
  const data = {
    x: testNoise(rows * groups * columns),
    weight: testNoise(columns, 2),
    y: new Float32Array(rows * groups * columns),
  };
  for (const variant of rmsNormOperator.variants) {
    const operator = { ...rmsNormOperator, variants: [{ ...variant, supports: () => true }] };
    const { difference, reference } = await agreement(operator, data, { columns, groups, epsilon: 1e-5 }, rows, 'y');
    expect(reference.some((value) => Math.abs(value) > 0.5)).toBe(true);
    expect(difference).toBeLessThan(1e-5);
  }
});

it('makes the mean square 1 where the weight is 1', async () => {
  const data = { x: testNoise(64), weight: new Float32Array(64).fill(1), y: new Float32Array(64) };
  const { device } = await agreement(rmsNormOperator, data, { columns: 64, groups: 1, epsilon: 0 }, 1, 'y');
  expect((device as Float32Array).reduce((sum, value) => sum + value * value, 0) / 64).toBeCloseTo(1, 5);
});
