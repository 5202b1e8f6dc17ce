// The memory of a weight during the upload and on the device, and what is refused on the way.
import { describe, expect, it } from 'vitest';
import type { Backend, WeightFormat } from '../backend.ts';
import { type BlockFormatName, weightFormats } from '../formats/blockFormats.ts';
import { dequantize } from '../formats/dequantize.ts';
import { fileRowBytes } from '../formats/fileLayout.ts';
import { weightReader } from '../kernels/linear/weightAt.ts';
import type { StoredTensor } from '../modelFile.ts';
import { quantize } from '../quant/quantize.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { randomBlocks, testNoise } from '../testing/agreement.ts';
import { uploadWeight } from './uploadWeight.ts';

/** A stored matrix, and the maximum number of bytes read at a time. */
function stored(format: WeightFormat, rows: number, columns: number, bytes: Uint8Array<ArrayBuffer>) {
  const rowBytes = fileRowBytes(format, columns);
  const reads = { largest: 0 };
  const readRows: StoredTensor['readRows'] = async (first, count) => {
    reads.largest = Math.max(reads.largest, count * rowBytes);
    return bytes.slice(first * rowBytes, (first + count) * rowBytes);
  };
  const tensor: StoredTensor = {
    name: 'model.layers.0.mlp.up_proj.weight',
    format,
    shape: [rows, columns],
    read: () => readRows(0, rows),
    readRows,
  };
  return { tensor, reads };
}

const bytesOf = (format: WeightFormat, rows: number, columns: number): Uint8Array<ArrayBuffer> =>
  format === 'f32' ? new Uint8Array(testNoise(rows * columns).buffer) : randomBlocks(format, rows, columns);

async function elements(backend: Backend, weight: Awaited<ReturnType<typeof uploadWeight>>): Promise<number[]> {
  const codes = (await backend.download(weight.codes)) as Uint32Array;
  const scales = weight.scales === undefined ? undefined : ((await backend.download(weight.scales)) as Uint32Array);
  const read = weightReader(weight.format, weight.columns, codes, scales);
  return Array.from({ length: weight.rows * weight.columns }, (_, at) =>
    read(Math.floor(at / weight.columns), at % weight.columns),
  );
}

describe.each(weightFormats)('a weight stored as %s', (format) => {
  it('takes as much memory as in the file, and has the same values', async () => {
    const [rows, columns] = [10, 512];
    const bytes = bytesOf(format, rows, columns);
    const backend = createReferenceBackend();
    const weight = await uploadWeight(backend, stored(format, rows, columns, bytes).tensor, format);
    expect(backend.counters.allocatedBytes).toBeLessThan(bytes.length + 4);
    expect(await elements(backend, weight)).toEqual([...dequantize(format, bytes, rows, columns)]);
  });
});

it.each(['q4_0', 'q8_0'] as const)(
  'an f32 weight becomes %s as it is quantised whole, in however many parts',
  async (format) => {
    // Longer than one conversion step, with a partial last block.
    const [rows, columns] = [1_500, 250];
    const bytes = bytesOf('f32', rows, columns);
    const backend = createReferenceBackend();
    const weight = await uploadWeight(backend, stored('f32', rows, columns, bytes).tensor, format);
    const values = dequantize(format, quantize(format, new Float32Array(bytes.buffer), rows, columns), rows, columns);
    expect(await elements(backend, weight)).toEqual([...values]);
  },
);

it('a bf16 weight becomes f16 by rounding to the nearest', async () => {
  const backend = createReferenceBackend();
  const bytes = new Uint8Array(Uint16Array.of(0x3f81, 0xbf80, 0x3380, 0).buffer);
  const weight = await uploadWeight(backend, stored('bf16', 1, 4, bytes).tensor, 'f16');
  expect(await elements(backend, weight)).toEqual([1.0078125, -1, 2 ** -24, 0]);
});

describe('memory on the way', () => {
  /** The maximum bytes in memory at a time, read or waiting to be uploaded. */
  async function extraBytes(
    format: BlockFormatName,
    target: WeightFormat,
  ): Promise<{ extra: number; largest: number }> {
    const [rows, columns] = [16_384, 1_024];
    const source = new Uint8Array(rows * fileRowBytes(format, columns));
    const { tensor, reads } = stored(format, rows, columns, source);
    let most = 0;
    const backend = createReferenceBackend();
    const counting: Backend = {
      ...backend,
      upload(to, data, offset) {
        most = Math.max(most, data.byteLength + reads.largest);
        backend.upload(to, data, offset);
      },
    };
    await uploadWeight(counting, tensor, target);
    return { extra: most, largest: source.length };
  }

  it.each<[BlockFormatName, WeightFormat]>([
    ['bf16', 'bf16'],
    ['bf16', 'q4_0'],
    ['q6_k', 'q6_k'],
    ['bf16', 'f32'],
  ])('from %s to %s is a small part of a large tensor', async (format, target) => {
    const { extra, largest } = await extraBytes(format, target);
    expect(extra).toBeLessThan(0.75 * largest);
  });
});

describe('a NaN weight', () => {
  const half = (bits: number) => (bytes: Uint8Array, at: number) => {
    bytes[at] = bits & 255;
    bytes[at + 1] = bits >> 8;
  };
  it.each<[WeightFormat, number, (bytes: Uint8Array, at: number) => void, object]>([
    ['f32', 4 * (3 * 64 + 5), (bytes, at) => bytes.set([0, 0, 0xc0, 0x7f], at), { row: 3, column: 5, value: 'NaN' }],
    ['f16', 2 * (9 * 64 + 63), half(0xfc00), { row: 9, column: 63, value: '-Infinity' }],
    ['bf16', 2 * (2 * 64 + 1), half(0x7f80), { row: 2, column: 1, value: 'Infinity' }],
    ['q8_0', 34 * (4 * 2 + 1), half(0x7e00), { row: 4, column: 32, value: 'a scale of NaN' }],
    ['q4_1', 20 * (4 * 2 + 1) + 2, half(0x7c00), { row: 4, column: 32, value: 'a scale of Infinity' }],
    ['q6_k', 210 * 7 + 208, half(0x7c01), { row: 7, column: 0, value: 'a scale of NaN' }],
    ['mxfp4', 17 * (5 * 2), (bytes, at) => bytes.set([255], at), { row: 5, column: 0, value: 'a scale of 255' }],
  ])('in %s is refused with its place, and nothing of it stays', async (format, at, damage, facts) => {
    const [rows, columns] = [10, 64];
    const bytes = bytesOf(format, rows, columns);
    damage(bytes, at);
    for (const target of [format, 'q4_0'] as const) {
      const backend = createReferenceBackend();
      await expect(uploadWeight(backend, stored(format, rows, columns, bytes).tensor, target)).rejects.toMatchObject({
        code: 'MODEL_WEIGHT_NOT_FINITE',
        facts: { tensor: 'model.layers.0.mlp.up_proj.weight', ...facts },
      });
      expect(backend.counters.allocatedBytes).toBe(0);
    }
  });

  it('includes a value that overflows f16', async () => {
    const bytes = new Uint8Array(Float32Array.of(1, 70_000, 2, 3).buffer);
    const loading = uploadWeight(createReferenceBackend(), stored('f32', 2, 2, bytes).tensor, 'f16');
    await expect(loading).rejects.toMatchObject({ code: 'MODEL_WEIGHT_NOT_FINITE', facts: { row: 0, column: 1 } });
  });
});
