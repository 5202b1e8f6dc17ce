import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { agreement, runnableVariants, testNoise } from '../../testing/agreement.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { attentionOperator } from '../attention/attention.ts';
import { flashDecodeOperator, flashDecodeReduceOperator, pagedAttentionOperator } from './pagedAttention.ts';

const shapes = [
  { heads: 4, keyValueHeads: 2, headDimension: 24, softcap: 0, window: 0 },
  { heads: 3, keyValueHeads: 1, headDimension: 30, softcap: 0.5, window: 9 },
  { heads: 7, keyValueHeads: 1, headDimension: 5, softcap: 0, window: 0 },
  { heads: 6, keyValueHeads: 2, headDimension: 48, softcap: 50, window: 40 },
];
const maxBlocksPerSequence = 5;

/** Three sequences in eleven scattered blocks: a single row, a first position, the end of a long one; garbage beyond `rows`. */
function batch({ heads, keyValueHeads, headDimension }: (typeof shapes)[number]) {
  const padded = Math.ceil(headDimension / 4) * 4;
  const cache = (seed: number): Float32Array<ArrayBuffer> =>
    testNoise(11 * keyValueHeads * 16 * padded, seed).map((value, index) =>
      index % padded < headDimension ? value : 0,
    );
  const positions = Uint32Array.of(30, 31, 32, 0, 79, 78, 4_000_000_000);
  const rows = positions.length - 1;
  return {
    rows,
    inputs: {
      step: Uint32Array.of(rows, 0, 0, 0),
      positions,
      slots: Uint32Array.of(0, 0, 0, 2, 1, 1, 9),
      table: Uint32Array.of(7, 2, 9, 0, 0, 3, 1, 10, 5, 4, 8, 0, 0, 0, 0),
      q: testNoise(positions.length * heads * headDimension),
      keys: cache(2),
      values: cache(3),
    },
  };
}

describe.each(shapes)('$heads heads over $keyValueHeads of $headDimension', (shape) => {
  const { heads, headDimension, window } = shape;
  const constants = { ...shape, scale: 1.5, maxBlocksPerSequence, splits: 1, splitBlocks: maxBlocksPerSequence };

  it('agrees with the reference in every variant', async () => {
    const { rows, inputs } = batch(shape);
    const data = { ...inputs, result: new Float32Array(inputs.q.length) };
    const variants = await runnableVariants(pagedAttentionOperator, constants);
    for (const variant of variants) {
      const operator = { ...pagedAttentionOperator, variants: [{ ...variant, supports: () => true }] };
      const { difference } = await agreement(operator, data, constants, rows, 'result');
      expect(difference, variant.name).toBeLessThan(1e-5);
    }
    const names = variants.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['workgroup-shared-blocks', 'broadcast-4', 'shared-keys']));
  });

  it('is the same when the positions are split and reduced', async () => {
    const { rows, inputs } = batch(shape);
    const split = { ...constants, splits: 3, splitBlocks: 2 };
    const partial = Math.ceil(headDimension / 4) * 4 + 4;
    const data = { ...inputs, result: new Float32Array(inputs.positions.length * heads * 3 * partial) };
    const { device, difference } = await agreement(flashDecodeOperator, data, split, rows, 'result');
    expect(difference).toBeLessThan(2e-5);
    const joined = await agreement(
      flashDecodeReduceOperator,
      {
        positions: inputs.positions.slice(0, rows),
        partials: device as Float32Array<ArrayBuffer>,
        result: new Float32Array(rows * heads * headDimension),
      },
      { heads, headDimension, window, splits: 3, splitBlocks: 2 },
      rows,
      'result',
    );
    expect(joined.difference).toBeLessThan(1e-5);
    const whole = { ...inputs, result: new Float32Array(inputs.q.length) };
    const expected = await runOperator(
      createReferenceBackend(),
      pagedAttentionOperator,
      whole,
      constants,
      rows,
      'result',
    );
    for (const [index, value] of joined.device.entries()) expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 4);
  });
});

it('equals plain attention when the keys lie in order', async () => {
  const { rows } = batch(shapes[0] as (typeof shapes)[number]);
  const plain = { heads: 4, keyValueHeads: 1, headDimension: 8, scale: 1, softcap: 0 };
  const data = {
    q: testNoise(rows * 32),
    keys: testNoise(48 * 8, 2),
    values: testNoise(48 * 8, 3),
    result: new Float32Array(rows * 32),
  };
  const positions = Uint32Array.from({ length: rows }, (_, row) => 41 + row);
  const spans = Uint32Array.from({ length: 2 * rows }, (_, n) => (positions[n >> 1] ?? 0) + 1 - (n % 2 === 0 ? 20 : 0));
  const places = { step: Uint32Array.of(rows, 0, 0, 0), slots: new Uint32Array(rows), table: Uint32Array.of(0, 1, 2) };
  const paged = { ...plain, window: 20, maxBlocksPerSequence: 3, splits: 1, splitBlocks: 3 };
  const reference = createReferenceBackend();
  expect(
    await runOperator(reference, pagedAttentionOperator, { ...data, ...places, positions }, paged, rows, 'result'),
  ).toEqual(await runOperator(reference, attentionOperator, { ...data, spans }, plain, rows, 'result'));
});
