import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { attentionOperator } from './attention.ts';

it.each([
  { heads: 4, keyValueHeads: 2, headDimension: 24, softcap: 0 },
  { heads: 3, keyValueHeads: 1, headDimension: 7, softcap: 0.5 },
  { heads: 2, keyValueHeads: 2, headDimension: 5, softcap: 0 },
  { heads: 9, keyValueHeads: 3, headDimension: 64, softcap: 50 },
])('agrees with the reference: $heads heads over $keyValueHeads of $headDimension', async (shape) => {
  const { heads, keyValueHeads, headDimension, softcap } = shape;
  const rows = 6;
  const keys = 50;
  const data = {
    q: testNoise(rows * heads * headDimension),
    keys: testNoise(keys * keyValueHeads * headDimension, 2),
    values: testNoise(keys * keyValueHeads * headDimension, 3),
    // Causal, windowed, whole, one key, no key, and the last key alone.
    spans: Uint32Array.of(0, 3, 10, 20, 0, 50, 7, 8, 5, 5, 49, 50),
    result: new Float32Array(rows * heads * headDimension),
  };
  for (const variant of attentionOperator.variants) {
    const operator = { ...attentionOperator, variants: [{ ...variant, supports: () => true }] };
    const { difference, device } = await agreement(operator, data, { ...shape, scale: 2, softcap }, rows, 'result');
    expect(difference, variant.name).toBeLessThan(1e-5);
    const width = heads * headDimension;
    expect([...device.slice(4 * width, 5 * width)]).toEqual(Array.from({ length: width }, () => 0));
  }
});

it('stays finite when scores would overflow exp', async () => {
  const data = {
    q: Float32Array.of(200, 0, 0, 0),
    keys: Float32Array.of(-1, 0, 0, 0, 1, 0, 0, 0),
    values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    spans: Uint32Array.of(0, 2),
    result: new Float32Array(4),
  };
  const shape = { heads: 1, keyValueHeads: 1, headDimension: 4, scale: 1, softcap: 0 };
  const { device } = await agreement(attentionOperator, data, shape, 1, 'result');
  expect([...device]).toEqual([5, 6, 7, 8]);
});
