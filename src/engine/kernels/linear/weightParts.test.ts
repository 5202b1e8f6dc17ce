// A matrix in parts computes the same as the whole matrix: forward, embedding lookup, and backward.
import { expect, it } from 'vitest';
import type { Backend, ElementArray, Tensor, Weight, WeightFormat } from '../../backend.ts';
import { weightFormats } from '../../formats/blockFormats.ts';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { dawnBackend, randomWeight, testNoise } from '../../testing/agreement.ts';
import { relativeError } from '../../testing/relativeError.ts';
import { createWasmBackend } from '../../wasm/createWasmBackend.ts';
import { embedding } from '../embedding/embedding.ts';
import { linearGradInput } from '../linearGradInput/linearGradInput.ts';
import { linear } from './linear.ts';
import { bindableRows } from './weightParts.ts';

// An odd number of blocks per row: unless handled, a part's scales would begin inside a shared word.
const [rows, columns, batch] = [300, 70, 3];

async function results(
  backend: Backend,
  format: WeightFormat,
  partRows?: number,
): Promise<Float32Array<ArrayBuffer>[]> {
  const tensor = (label: string, data: ElementArray): Tensor => {
    const made = backend.createTensor(label, data instanceof Float32Array ? 'f32' : 'u32', data.length);
    backend.upload(made, data);
    return made;
  };
  const { codes, scales } = randomWeight(format, rows, columns);
  const weight: Weight = {
    format,
    rows,
    columns,
    codes: tensor('codes', codes),
    ...(scales === undefined ? {} : { scales: tensor('scales', scales) }),
    ...(partRows === undefined ? {} : { partRows }),
  };
  const x = tensor('x', testNoise(batch * columns, 1));
  const y = tensor('y', testNoise(batch * rows, 2));
  const looked = tensor('looked', new Float32Array(batch * columns));
  const gradient = tensor('gradient', testNoise(batch * columns, 3));
  const plan = await backend.record('parts', [
    ...linear(weight, x, y, batch, { accumulate: true }),
    ...embedding(tensor('ids', Uint32Array.of(5, 299, 128)), weight, looked),
    ...linearGradInput({
      weight,
      step: tensor('step', Uint32Array.of(batch, 0, 0, 0)),
      outputGradient: y,
      inputGradient: gradient,
      accumulate: true,
    }),
  ]);
  backend.submit(plan, { rows: batch });
  const downloads = [y, looked, gradient].map((each) => backend.download(each));
  return (await Promise.all(downloads)) as Float32Array<ArrayBuffer>[];
}

const open = {
  reference: () => createReferenceBackend(),
  wasm: () => createWasmBackend() as Backend,
  dawn: () => dawnBackend(),
};

it.each(weightFormats)('%s in parts computes the same as the whole', async (format) => {
  const expected = await results(createReferenceBackend(), format);
  for (const [name, openBackend] of Object.entries(open)) {
    const parts = await results(await openBackend(), format, 256);
    for (const [index, part] of parts.entries()) {
      expect(relativeError(part, expected[index] as Float32Array<ArrayBuffer>), name).toBeLessThan(1e-5);
    }
  }
});

it('splits only matrices that are too large to bind, at multiples of 256 rows', () => {
  expect(bindableRows(1_000, 2 ** 25)).toBeUndefined();
  // Qwen2.5's embedding in Q8_0: 151,936 rows of 896 bytes.
  expect(bindableRows(151_936, (151_936 * 896) / 4)).toBe(149_760);
});
