import { describe, expect, it } from 'vitest';
import { weightFormats } from '../../formats/blockFormats.ts';
import { agreement, randomWeight, testNoise } from '../../testing/agreement.ts';
import { f32, type GoldenCase, goldenCases, worstError } from '../../testing/trainingGolden.ts';
import { matmul } from '../matmul/matmul.ts';
import { segmentedMatmul } from '../segmentedMatmul/segmentedMatmul.ts';
import { linearGradInputOperators } from './linearGradInput.ts';

/** GGML's Q4_0 blocks as `Weight` lays them out: scales apart from codes. */
function repack(blocks: ArrayLike<number>): { codes: Uint32Array<ArrayBuffer>; scales: Uint32Array<ArrayBuffer> } {
  const bytes = Uint8Array.from(blocks);
  const count = bytes.length / 18;
  const codes = new Uint8Array(count * 16);
  const scales = new Uint8Array(Math.ceil(count / 2) * 4);
  for (let block = 0; block < count; block += 1) {
    scales.set(bytes.subarray(block * 18, block * 18 + 2), block * 2);
    codes.set(bytes.subarray(block * 18 + 2, block * 18 + 18), block * 16);
  }
  return { codes: new Uint32Array(codes.buffer), scales: new Uint32Array(scales.buffer) };
}

const zeros = (length: number): Float32Array<ArrayBuffer> => new Float32Array(length);

/** The errors of every gradient of a LoRA linear layer on Q4_0, composed product by product as training does. */
async function loraErrors(golden: GoldenCase): Promise<Record<string, number>> {
  const { tokens: rows, inputs, outputs, rank, scale } = golden.parameters;
  const step = Uint32Array.of(rows, 0, 0, 0);
  const segments = Uint32Array.of(0, rows);
  const place = Uint32Array.of(0, 0);
  const x = f32(golden, 'x');
  const dy = f32(golden, 'dy');
  // Intermediate products in f64, so that each operator is judged by its own error.
  const hidden = zeros(rows * rank);
  const hiddenGradient = zeros(rows * rank);
  const a = f32(golden, 'a');
  const b = f32(golden, 'b');
  const throughWeight = zeros(rows * inputs);
  for (let t = 0; t < rows; t += 1) {
    for (let r = 0; r < rank; r += 1) {
      let forward = 0;
      let backward = 0;
      for (let k = 0; k < inputs; k += 1) forward += (a[r * inputs + k] ?? 0) * (x[t * inputs + k] ?? 0);
      for (let n = 0; n < outputs; n += 1) backward += (b[n * rank + r] ?? 0) * (dy[t * outputs + n] ?? 0);
      hidden[t * rank + r] = forward;
      hiddenGradient[t * rank + r] = scale * backward;
    }
  }
  const w = golden.tensors['w'] ?? [];
  for (let t = 0; t < rows; t += 1) {
    for (let k = 0; k < inputs; k += 1) {
      let sum = 0;
      for (let n = 0; n < outputs; n += 1) sum += (dy[t * outputs + n] ?? 0) * (w[n * inputs + k] ?? 0);
      throughWeight[t * inputs + k] = sum;
    }
  }
  const throughAdapter = Float64Array.from(golden.tensors['dx'] ?? [], (value, at) => value - (throughWeight[at] ?? 0));
  const shared = { rows };
  return {
    weight: await worstError(
      {
        ...shared,
        operator: linearGradInputOperators.q4_0,
        data: {
          step,
          outputGradient: dy,
          inputGradient: zeros(rows * inputs),
          ...repack(golden.tensors['w_blocks'] ?? []),
        },
        constants: { inputs, outputs, stride: outputs, accumulate: 0 },
        result: 'inputGradient',
      },
      throughWeight,
    ),
    adapter: await worstError(
      {
        ...shared,
        operator: matmul,
        data: { step, left: hiddenGradient, right: a, place, result: zeros(rows * inputs) },
        constants: { columns: inputs, depth: rank, transposeRight: 0, accumulate: 0, scale: 1 },
        result: 'result',
      },
      throughAdapter,
    ),
    hidden: await worstError(
      {
        ...shared,
        operator: matmul,
        data: { step, left: x, right: a, place, result: zeros(rows * rank) },
        constants: { columns: rank, depth: inputs, transposeRight: 1, accumulate: 0, scale: 1 },
        result: 'result',
      },
      hidden,
    ),
    a: await worstError(
      {
        ...shared,
        operator: segmentedMatmul,
        data: { segments, left: hiddenGradient, right: x, place, result: zeros(rank * inputs) },
        constants: { height: rank, columns: inputs, segmentCount: 1, scale: 1 },
        result: 'result',
      },
      golden.tensors['da'] ?? [],
    ),
    b: await worstError(
      {
        ...shared,
        operator: segmentedMatmul,
        data: { segments, left: dy, right: hidden, place, result: zeros(outputs * rank) },
        constants: { height: outputs, columns: rank, segmentCount: 1, scale },
        result: 'result',
      },
      golden.tensors['db'] ?? [],
    ),
  };
}

describe('gradients of a LoRA linear layer', () => {
  it.each(goldenCases('lora_linear_q4_0'))('are the golden ones of $file', async (golden) => {
    for (const [name, error] of Object.entries(await loraErrors(golden))) {
      expect(error, name).toBeLessThan(1e-5);
    }
  });
});

describe.each(weightFormats)('linearGradInput %s', (format) => {
  it.each([
    { rows: 1, inputs: 64, outputs: 40 },
    { rows: 13, inputs: 50, outputs: 33 },
    { rows: 37, inputs: 250, outputs: 96 },
  ])('agrees with the reference at $rows x $outputs -> $inputs', async ({ rows, inputs, outputs }) => {
    for (const accumulate of [0, 1]) {
      const data = {
        step: Uint32Array.of(rows, 0, 0, 0),
        outputGradient: testNoise(rows * outputs, 3),
        inputGradient: testNoise(rows * inputs, 4),
        ...randomWeight(format, outputs, inputs),
      };
      const operator = linearGradInputOperators[format];
      const { difference, reference } = await agreement(
        operator,
        data,
        { inputs, outputs, stride: outputs, accumulate },
        rows,
        'inputGradient',
      );
      expect(Math.max(...(reference as Float32Array))).toBeGreaterThan(0.01);
      expect(difference).toBeLessThan(3e-5);
    }
  });
});

it('keeps the precision of a sum as long as a vocabulary', async () => {
  const outputs = 49_152;
  const data = {
    step: Uint32Array.of(1, 0, 0, 0),
    outputGradient: testNoise(outputs, 3).map(Math.abs),
    inputGradient: zeros(4),
    codes: testNoise(outputs * 4, 4).map(Math.abs),
  };
  const constants = { inputs: 4, outputs, stride: outputs, accumulate: 0 };
  const { difference, reference } = await agreement(linearGradInputOperators.f32, data, constants, 1, 'inputGradient');
  // A single running sum is off by some 1e-5 of it.
  expect(difference / (reference[0] as number)).toBeLessThan(1e-6);
});
