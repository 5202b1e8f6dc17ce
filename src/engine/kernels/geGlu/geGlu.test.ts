import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { geGluOperator } from './geGlu.ts';

it('agrees with the reference', async () => {
  const gate = testNoise(3 * 50).map((value) => value * 8);
  const data = { gate, up: testNoise(150, 2), result: new Float32Array(150) };
  const { difference } = await agreement(geGluOperator, data, { columns: 50 }, 3, 'result');
  expect(difference).toBeLessThan(2e-6);
});

it("matches PyTorch's gelu(approximate='tanh'), without NaN where exponentials overflow", async () => {
  const gate = Float32Array.of(1, -1, 0.5, -3, 0, 300, -300, 1e4, -1e4);
  const data = { gate, up: new Float32Array(9).fill(2), result: new Float32Array(9) };
  const { device, reference } = await agreement(geGluOperator, data, { columns: 9 }, 1, 'result');
  const expected = [0.8411919906, -0.1588080094, 0.3457140039, -0.003637392, 0, 300, 0, 1e4, 0];
  for (const [index, value] of expected.entries()) {
    expect(device[index]).toBeCloseTo(2 * value, 5);
    expect(reference[index]).toBeCloseTo(2 * value, 5);
  }
});
