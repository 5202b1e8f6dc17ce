import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { ropeOperator } from './rope.ts';

const half = 5;
const table = Float32Array.from({ length: 40 * half * 2 }, (_, n) => {
  const angle = Math.floor(n / 2 / half) * 0.3 ** (Math.floor(n / 2) % half);
  return n % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
});

it('agrees with the reference, and the inverse rotation restores the input', async () => {
  const x = testNoise(7 * 3 * 10);
  const positions = Uint32Array.of(0, 1, 2, 39, 17, 0, 1);
  const constants = { heads: 3, headDimension: 10, rotaryDimension: 10, direction: 1 };
  const there = await agreement(ropeOperator, { positions, table, x }, constants, 7, 'x');
  expect(there.difference).toBeLessThan(1e-6);
  expect(there.device[35]).not.toBeCloseTo(x[35] ?? 0, 2);
  const turned = there.device as Float32Array<ArrayBuffer>;
  const back = await agreement(ropeOperator, { positions, table, x: turned }, { ...constants, direction: -1 }, 7, 'x');
  for (const [index, value] of x.entries()) expect(back.device[index]).toBeCloseTo(value, 5);
});

it('rotates the pair (i, i + d/2)', async () => {
  const quarter = Float32Array.of(1, 0, 1, 0, 0, 1, 1, 0);
  const data = { positions: Uint32Array.of(1), table: quarter, x: Float32Array.of(1, 2, 3, 4) };
  const { device } = await agreement(
    ropeOperator,
    data,
    { heads: 1, headDimension: 4, rotaryDimension: 4, direction: 1 },
    1,
    'x',
  );
  expect([...device]).toEqual([-3, 2, 1, 4]);
});

it('leaves the elements after rotaryDimension unchanged', async () => {
  const quarter = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
  const x = Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60);
  const data = { positions: Uint32Array.of(1), table: quarter, x };
  const constants = { heads: 2, headDimension: 6, rotaryDimension: 4, direction: 1 };
  const { device, difference } = await agreement(ropeOperator, data, constants, 1, 'x');
  expect([...device]).toEqual([-3, -4, 1, 2, 5, 6, -30, -40, 10, 20, 50, 60]);
  expect(difference).toBe(0);
});
