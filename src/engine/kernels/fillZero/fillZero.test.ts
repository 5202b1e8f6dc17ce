import { expect, it } from 'vitest';
import { agreement } from '../../testing/agreement.ts';
import { fillZero } from './fillZero.ts';

it('clears only the first `length` elements', async () => {
  const { device, reference } = await agreement(
    fillZero,
    { values: new Float32Array(40).fill(3) },
    { length: 21 },
    1,
    'values',
  );
  expect([...device]).toEqual([...reference]);
  expect(reference.indexOf(3)).toBe(21);
});
