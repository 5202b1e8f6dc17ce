import { expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { writeKVCacheOperator } from './writeKVCache.ts';

it.each(['keys', 'values'])(
  'stores the active rows of %s in the blocks of their sequences, and no others',
  async (cache) => {
    const [keyValueHeads, headDimension, maxBlocksPerSequence] = [2, 3, 2];
    // Two sequences: position 27 of the first is in block 0, position 10 of the second in block 3. The last row is garbage.
    const data = {
      step: Uint32Array.of(2, 0, 0, 0),
      positions: Uint32Array.of(27, 10, 5),
      slots: Uint32Array.of(0, 1, 9),
      table: Uint32Array.of(2, 0, 3, 1),
      key: testNoise(3 * 6, 1),
      value: testNoise(3 * 6, 2),
      keys: new Float32Array(4 * 2 * 16 * 4),
      values: new Float32Array(4 * 2 * 16 * 4),
    };
    const constants = { keyValueHeads, headDimension, maxBlocksPerSequence };
    const { device, difference } = await agreement(writeKVCacheOperator, data, constants, 2, cache);
    expect(difference).toBe(0);
    const source = cache === 'keys' ? data.key : data.value;
    const expected = new Float32Array(data.keys.length);
    for (const [row, block, place] of [
      [0, 0, 11],
      [1, 3, 10],
    ] as const) {
      for (const head of [0, 1]) {
        const from = (row * keyValueHeads + head) * headDimension;
        expected.set(source.subarray(from, from + headDimension), ((block * 2 + head) * 16 + place) * 4);
      }
    }
    expect(device).toEqual(expected);
  },
);
