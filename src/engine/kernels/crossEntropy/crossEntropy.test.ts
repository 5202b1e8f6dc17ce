import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { dawnBackend } from '../../testing/agreement.ts';
import { relativeError } from '../../testing/relativeError.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { f32, goldenCases } from '../../testing/trainingGolden.ts';
import { crossEntropy, crossEntropyBackward } from './crossEntropy.ts';

describe('crossEntropy', () => {
  it.each(goldenCases('cross_entropy'))('matches the golden loss and gradient of $file', async (golden) => {
    const { vocabulary, targets, reduction } = golden.parameters;
    const rows = targets.length;
    const counted = targets.filter((target: number) => target >= 0).length;
    const upstream = (golden.tensors['dy']?.[0] ?? 1) / (reduction === 'mean' ? counted : 1);
    for (const backend of [createReferenceBackend(), await dawnBackend()]) {
      const data = {
        step: Uint32Array.of(rows, 0, 0, 0),
        logits: f32(golden, 'logits'),
        labels: Int32Array.from(targets),
        losses: new Float32Array(rows),
        logSums: new Float32Array(rows),
        scale: Float32Array.of(upstream),
      };
      const losses = (await runOperator(backend, crossEntropy, data, { vocabulary }, rows, 'losses')) as Float32Array;
      const sum = losses.reduce((total, loss) => total + loss, 0) / (reduction === 'mean' ? counted : 1);
      const expected = golden.tensors['y']?.[0] ?? Number.NaN;
      expect(Math.abs(sum - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected));
      const logSums = (await runOperator(
        backend,
        crossEntropy,
        data,
        { vocabulary },
        rows,
        'logSums',
      )) as Float32Array<ArrayBuffer>;
      const second = { ...data, logSums };
      const gradient = await runOperator(backend, crossEntropyBackward, second, { vocabulary }, rows, 'logits');
      expect(relativeError(gradient, golden.tensors['dlogits'] ?? [])).toBeLessThan(1e-5);
    }
  });

  it('does not lose the small terms of a large vocabulary', async () => {
    const vocabulary = 49_152;
    // Each of the other terms is below half an ULP of the first; together they are 7.5e-4 of it.
    const logits = new Float32Array(vocabulary).fill(-18);
    logits[0] = 0;
    const data = {
      step: Uint32Array.of(1, 0, 0, 0),
      logits,
      labels: Int32Array.of(0),
      losses: new Float32Array(1),
      logSums: new Float32Array(1),
    };
    const expected = Math.log(1 + (vocabulary - 1) * Math.exp(-18));
    for (const backend of [createReferenceBackend(), await dawnBackend()]) {
      const [loss] = await runOperator(backend, crossEntropy, data, { vocabulary }, 1, 'losses');
      expect(Math.abs((loss ?? Number.NaN) - expected)).toBeLessThan(1e-5);
    }
  });
});
