import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { maskAdapterRowsOperator } from './maskAdapterRows.ts';

it('zeroes the rows of other adapters and of no adapter, and leaves inactive rows unchanged', async () => {
  const columns = 70;
  const adapters = Int32Array.of(2, -1, 0, 2, 1, 2);
  const x = testNoise(6 * columns);
  const { reference, difference } = await agreement(
    maskAdapterRowsOperator,
    { adapters, x },
    { columns, adapter: 2 },
    5,
    'x',
  );
  expect(difference).toBe(0);
  for (let row = 0; row < 6; row += 1) {
    const stays = row === 0 || row === 3 || row === 5;
    const line = x.slice(row * columns, (row + 1) * columns);
    expect(reference.slice(row * columns, (row + 1) * columns)).toEqual(stays ? line : new Float32Array(columns));
  }
});
