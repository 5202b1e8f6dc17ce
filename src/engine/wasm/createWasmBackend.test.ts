import { describe, expect, it } from 'vitest';
import type { Backend, ElementArray, Operator, WeightFormat } from '../backend.ts';
import { weightFormats } from '../formats/blockFormats.ts';
import { attentionOperator } from '../kernels/attention/attention.ts';
import { linear, linearOperators } from '../kernels/linear/linear.ts';
import { linearGradInputOperators } from '../kernels/linearGradInput/linearGradInput.ts';
import { pagedAttentionOperator } from '../kernels/pagedAttention/pagedAttention.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { randomWeight, testNoise } from '../testing/agreement.ts';
import { relativeError } from '../testing/relativeError.ts';
import { runOperator } from '../testing/runOperator.ts';
import { createWasmBackend } from './createWasmBackend.ts';

function open(): Backend {
  const backend = createWasmBackend();
  if (backend === undefined) throw new Error('no WebAssembly SIMD');
  return backend;
}

async function difference(
  operator: Operator,
  data: Readonly<Record<string, ElementArray>>,
  constants: Readonly<Record<string, number>>,
  rows: number,
  result: string,
): Promise<number> {
  const expected = await runOperator(createReferenceBackend(), operator, data, constants, rows, result);
  return relativeError(await runOperator(open(), operator, data, constants, rows, result), expected);
}

describe('the WebAssembly backend', () => {
  it.each(weightFormats)('computes linear layers of %s in both directions', async (format) => {
    const [rows, inputs, outputs] = [5, 50, 33];
    const weight = randomWeight(format, outputs, inputs);
    for (const accumulate of [0, 1]) {
      const forward = { x: testNoise(rows * inputs), ...weight, y: testNoise(rows * outputs, 5) };
      const constants = { rows, inputs, outputs, stride: outputs, scale: 0.5, accumulate };
      expect(await difference(linearOperators[format], forward, constants, rows, 'y')).toBeLessThan(1e-5);
      const step = Uint32Array.of(rows, 0, 0, 0);
      const backward = {
        step,
        outputGradient: testNoise(rows * outputs),
        inputGradient: testNoise(rows * inputs, 3),
        ...weight,
      };
      const operator = linearGradInputOperators[format];
      expect(
        await difference(operator, backward, { inputs, outputs, stride: outputs, accumulate }, rows, 'inputGradient'),
      ).toBeLessThan(1e-5);
    }
  });

  it.each<WeightFormat>(['f32', 'q8_0'])(
    'hands down the gradient of a large head of %s without drift',
    async (format) => {
      const [inputs, outputs] = [64, 40_000];
      // As in cross-entropy: the label's entry outweighs all others, which are small and of one sign.
      const outputGradient = testNoise(outputs).map((value) => (1 + value) / outputs);
      outputGradient[0] = -1;
      const data = {
        step: Uint32Array.of(1, 0, 0, 0),
        outputGradient,
        inputGradient: new Float32Array(inputs),
        ...randomWeight(format, outputs, inputs),
      };
      const constants = { inputs, outputs, stride: outputs, accumulate: 0 };
      const operator = linearGradInputOperators[format];
      // A single running sum in f32 is off by 7e-6 and more.
      expect(await difference(operator, data, constants, 1, 'inputGradient')).toBeLessThan(3e-6);
    },
  );

  it('attends over spans, empty ones included', async () => {
    const data = {
      q: testNoise(3 * 12, 1),
      keys: testNoise(4 * 6, 2),
      values: testNoise(4 * 6, 3),
      spans: Uint32Array.of(0, 4, 1, 3, 2, 2),
      result: new Float32Array(36).fill(7),
    };
    const constants = { heads: 4, keyValueHeads: 2, headDimension: 3, scale: 0.6, softcap: 0.5 };
    expect(await difference(attentionOperator, data, constants, 3, 'result')).toBeLessThan(1e-5);
  });

  it.each([
    { heads: 6, keyValueHeads: 2, headDimension: 24, softcap: 0, window: 0 },
    { heads: 2, keyValueHeads: 2, headDimension: 50, softcap: 0.5, window: 9 },
    { heads: 4, keyValueHeads: 1, headDimension: 7, softcap: 0, window: 30 },
  ])('attends over a cache in blocks, $heads heads of $headDimension', async (shape) => {
    const { heads, keyValueHeads, headDimension } = shape;
    const blockLength = keyValueHeads * 16 * Math.ceil(headDimension / 4) * 4;
    const data = {
      step: Uint32Array.of(6, 0, 0, 0),
      // Consecutive rows of one sequence, a first position, the end of a long sequence.
      positions: Uint32Array.of(30, 31, 32, 0, 79, 78),
      slots: Uint32Array.of(0, 0, 0, 2, 1, 1),
      table: Uint32Array.of(7, 2, 9, 0, 0, 3, 1, 10, 5, 4, 8, 0, 0, 0, 0),
      q: testNoise(6 * heads * headDimension, 1),
      keys: testNoise(11 * blockLength, 2),
      values: testNoise(11 * blockLength, 3),
      result: new Float32Array(6 * heads * headDimension),
    };
    const constants = { ...shape, scale: 1.5, maxBlocksPerSequence: 5, splits: 1, splitBlocks: 5 };
    expect(await difference(pagedAttentionOperator, data, constants, 6, 'result')).toBeLessThan(1e-5);
  });

  it('reports that its memory is full, and stays usable', () => {
    const backend = open();
    expect(() => backend.createTensor('keys', 'f32', 2 ** 30)).toThrow(
      expect.objectContaining({ code: 'ENGINE_OUT_OF_MEMORY' }),
    );
    expect(backend.counters.allocatedBytes).toBe(0);
    expect(backend.createTensor('x', 'f32', 2 ** 20).length).toBe(2 ** 20);
  });

  it('uses a weight that was uploaded again', async () => {
    const backend = open();
    const codes = backend.createTensor('w', 'f32', 1);
    const x = backend.createTensor('x', 'f32', 1);
    const y = backend.createTensor('y', 'f32', 1);
    backend.upload(x, Float32Array.of(3));
    const plan = await backend.record('twice', linear({ format: 'f32', rows: 1, columns: 1, codes }, x, y, 1));
    for (const value of [2, 5]) {
      backend.upload(codes, Float32Array.of(value));
      backend.submit(plan, { rows: 1 });
      expect(await backend.download(y)).toEqual(Float32Array.of(3 * value));
    }
  });
});
