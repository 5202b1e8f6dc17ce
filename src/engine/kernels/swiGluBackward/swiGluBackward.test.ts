import { describe, expect, it } from 'vitest';
import { f32, goldenCases, worstError } from '../../testing/trainingGolden.ts';
import { swiGluBackward } from './swiGluBackward.ts';

describe('swiGluBackward', () => {
  it.each(goldenCases('swiglu'))('matches the golden gradients of $file', async (golden) => {
    const { width } = golden.parameters;
    const rows = (golden.tensors['gate']?.length ?? 0) / width;
    const data = {
      step: Uint32Array.of(rows, 0, 0, 0),
      gate: f32(golden, 'gate'),
      up: f32(golden, 'up'),
      outputGradient: f32(golden, 'dy'),
      gateGradient: new Float32Array(rows * width),
      upGradient: new Float32Array(rows * width),
    };
    const call = { operator: swiGluBackward, data, constants: { width }, rows };
    expect(await worstError({ ...call, result: 'gateGradient' }, golden.tensors['dgate'] ?? [])).toBeLessThan(1e-5);
    expect(await worstError({ ...call, result: 'upGradient' }, golden.tensors['dup'] ?? [])).toBeLessThan(1e-5);
  });
});
