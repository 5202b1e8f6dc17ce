import { describe, expect, it } from 'vitest';
import { agreement, testNoise } from '../../testing/agreement.ts';
import { segmentedMatmul } from './segmentedMatmul.ts';

describe('segmentedMatmul', () => {
  it('separates segments, accumulates, and leaves an unused slot unchanged', async () => {
    const data = {
      segments: Uint32Array.of(0, 5, 5, 6, 6, 6),
      left: testNoise(6 * 7, 1),
      right: testNoise(6 * 9, 2),
      place: Uint32Array.of(10, 80),
      result: new Float32Array(3 * 80).fill(1),
    };
    const constants = { height: 7, columns: 9, segmentCount: 3, scale: 2 };
    const { difference, reference } = await agreement(segmentedMatmul, data, constants, 6, 'result');
    expect(difference).toBeLessThan(1e-5);
    // Segment 1 is one row: its result is an outer product.
    expect(reference[80 + 10 + 9 + 2]).toBeCloseTo(
      1 + 2 * (data.left[5 * 7 + 1] ?? 0) * (data.right[5 * 9 + 2] ?? 0),
      5,
    );
    expect([...reference.slice(160)]).toEqual(Array.from({ length: 80 }, () => 1));
  });
});
