import { expect, it } from 'vitest';
import { agreement } from '../../testing/agreement.ts';
import { gatherRows } from './gatherRows.ts';

it('gatherRows selects rows and writes zeros for negative indices', async () => {
  const data = {
    step: Uint32Array.of(3, 0, 0, 0),
    indices: Int32Array.of(2, -1, 0, 1),
    values: Float32Array.of(1, 2, 3, 4, 5, 6),
    result: new Float32Array(8).fill(9),
  };
  const { device, reference } = await agreement(gatherRows, data, { width: 2 }, 3, 'result');
  expect([...reference]).toEqual([5, 6, 0, 0, 1, 2, 9, 9]);
  expect([...device]).toEqual([...reference]);
});
