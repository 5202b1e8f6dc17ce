import { describe, expect, it } from 'vitest';
import { f32, goldenCases, worstError } from '../../testing/trainingGolden.ts';
import { rmsNormBackward } from './rmsNormBackward.ts';

describe('rmsNormBackward', () => {
  it.each(goldenCases('rmsnorm'))('matches the golden gradient of $file', async (golden) => {
    const { tokens, width, eps } = golden.parameters;
    const data = {
      step: Uint32Array.of(tokens, 0, 0, 0),
      input: f32(golden, 'x'),
      weight: f32(golden, 'w'),
      outputGradient: f32(golden, 'dy'),
      inputGradient: new Float32Array(tokens * width),
    };
    const constants = { width, groups: 1, epsilon: eps, accumulate: 0 };
    const call = { operator: rmsNormBackward, data, constants, rows: tokens, result: 'inputGradient' };
    expect(await worstError(call, golden.tensors['dx'] ?? [])).toBeLessThan(1e-5);
  });

  it('adds to the existing gradient when it accumulates', async () => {
    const [golden] = goldenCases('rmsnorm').slice(1);
    if (golden === undefined) throw new Error('no case');
    const { tokens, width, eps } = golden.parameters;
    const data = {
      step: Uint32Array.of(tokens, 0, 0, 0),
      input: f32(golden, 'x'),
      weight: f32(golden, 'w'),
      outputGradient: f32(golden, 'dy'),
      inputGradient: f32(golden, 'dx'),
    };
    const constants = { width, groups: 1, epsilon: eps, accumulate: 1 };
    const call = { operator: rmsNormBackward, data, constants, rows: tokens, result: 'inputGradient' };
    const twice = Float64Array.from(golden.tensors['dx'] ?? [], (value) => 2 * value);
    expect(await worstError(call, twice)).toBeLessThan(1e-5);
  });
});
