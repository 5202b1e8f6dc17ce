import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { softcapOperator } from './softcap.ts';

it('agrees with the reference', async () => {
  const x = testNoise(3 * 50).map((value) => value * 40);
  const { difference, device } = await agreement(softcapOperator, { x }, { columns: 50, cap: 12 }, 3, 'x');
  expect(difference).toBeLessThan(1e-5);
  expect(Math.max(...device.map(Math.abs))).toBeLessThanOrEqual(12);
});

it('is c tanh(x / c), and c for large x', async () => {
  const x = Float32Array.of(0, 1, -6, 1e4, -1e30);
  const { device } = await agreement(softcapOperator, { x }, { columns: 5, cap: 4 }, 1, 'x');
  for (const [index, value] of [0, 4 * Math.tanh(0.25), -4 * Math.tanh(1.5), 4, -4].entries())
    expect(device[index]).toBeCloseTo(value, 5);
});
