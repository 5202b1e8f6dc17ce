import { expect, it } from 'vitest';
import { agreement } from '../../testing/agreement.ts';
import { scaleOperator } from './scale.ts';

it('multiplies in place', async () => {
  const data = { x: Float32Array.of(1, -2, 3, 4) };
  const { device, difference } = await agreement(scaleOperator, data, { columns: 2, factor: 2.5 }, 2, 'x');
  expect(difference).toBe(0);
  expect([...device]).toEqual([2.5, -5, 7.5, 10]);
});
