import { describe, expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { matmul } from './matmul.ts';

describe.each([0, 1])('matmul with transposeRight %i', (transposeRight) => {
  it.each([0, 1])('agrees with the reference when accumulate is %i', async (accumulate) => {
    const [rows, depth, columns, rightOffset] = [11, 18, 21, 5];
    const data = {
      step: Uint32Array.of(rows, 0, 0, 0),
      left: testNoise(13 * depth, 1),
      right: testNoise(rightOffset + depth * columns, 2),
      place: Uint32Array.of(rightOffset, 0),
      result: testNoise(13 * columns, 3),
    };
    const constants = { columns, depth, transposeRight, accumulate, scale: 0.5 };
    const { difference, reference } = await agreement(matmul, data, constants, rows, 'result');
    expect(difference).toBeLessThan(1e-5);
    // Inactive rows are unchanged.
    expect([...reference.slice(rows * columns)]).toEqual([...data.result.slice(rows * columns)]);
    let first = 0;
    for (let k = 0; k < depth; k += 1) {
      first += (data.left[k] ?? 0) * (data.right[rightOffset + (transposeRight === 1 ? k : k * columns)] ?? 0);
    }
    expect(reference[0]).toBeCloseTo(accumulate * (data.result[0] ?? 0) + 0.5 * first, 5);
  });
});
