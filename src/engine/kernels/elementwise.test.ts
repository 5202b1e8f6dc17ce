import { expect, it } from 'vitest';
import { agreement, testNoise } from '../testing/agreement.ts';
import { addOperator } from './add/add.ts';
import { addBiasOperator } from './addBias/addBias.ts';
import { argmaxOperator } from './argmax/argmax.ts';
import { selectRowOperator } from './selectRow/selectRow.ts';
import { swiGluOperator } from './swiGlu/swiGlu.ts';

it.each([50, 52])('swiGlu of %i columns', async (columns) => {
  const gate = testNoise(3 * columns).map((value) => value * 8);
  const data = { gate, up: testNoise(3 * columns, 2), result: new Float32Array(3 * columns) };
  const { difference, device } = await agreement(swiGluOperator, data, { columns }, 3, 'result');
  expect(difference).toBeLessThan(2e-6);
  expect(device[0]).toBeCloseTo(((gate[0] ?? 0) / (1 + Math.exp(-(gate[0] ?? 0)))) * (data.up[0] ?? 0), 5);
});

it('add', async () => {
  const data = { source: Float32Array.of(1, 2, 3), target: Float32Array.of(10, 20, 30) };
  const { difference, device } = await agreement(addOperator, data, { columns: 3, scale: -2 }, 1, 'target');
  expect(difference).toBe(0);
  expect([...device]).toEqual([8, 16, 24]);
});

it('addBias', async () => {
  const data = { bias: Float32Array.of(1, 2, 3), y: Float32Array.of(0, 0, 0, 10, 10, 10) };
  const { device, difference } = await agreement(addBiasOperator, data, { columns: 3 }, 2, 'y');
  expect(difference).toBe(0);
  expect([...device]).toEqual([1, 2, 3, 11, 12, 13]);
});

it('selectRow copies the last active row', async () => {
  const data = {
    step: Uint32Array.of(2, 0, 0, 0),
    x: Float32Array.of(1, 2, 3, 4, 5, 6),
    row: new Float32Array(2),
  };
  const { device, difference } = await agreement(selectRowOperator, data, { columns: 2 }, 2, 'row');
  expect(difference).toBe(0);
  expect([...device]).toEqual([3, 4]);
});

it('argmax takes the first of equal maxima', async () => {
  const logits = testNoise(1003);
  logits[70] = 5;
  logits[901] = 5;
  const data = { logits, index: new Uint32Array(1) };
  const { device, reference } = await agreement(argmaxOperator, data, { columns: 1003 }, 1, 'index');
  expect([device[0], reference[0]]).toEqual([70, 70]);
});
