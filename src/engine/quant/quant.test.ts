import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StoredFormat } from '../modelFile.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';
import { dequantize } from './dequantize.ts';
import { halfBits, halfValues } from './halfFloat.ts';
import { packWeight } from './packWeight.ts';
import { type EncodableFormat, quantize } from './quantize.ts';
import { storedFormats } from './storedFormats.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden/engine-formats/quant');

interface GoldenBlocks {
  readonly name: string;
  readonly format: StoredFormat;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: Uint8Array;
  readonly values: Float32Array;
  readonly source: Float32Array | undefined;
}

async function load(file: string): Promise<GoldenBlocks[]> {
  const { tensors } = await openSafetensors({ name: file, blob: new Blob([readFileSync(path.join(golden, file))]) });
  const f32 = async (name: string) => {
    const bytes = await tensors.get(name)?.read();
    return bytes && new Float32Array(bytes.buffer);
  };
  const cases: GoldenBlocks[] = [];
  for (const tensor of tensors.values()) {
    const [group = '', format = '', kind] = tensor.name.split('/');
    if (kind !== 'bytes') continue;
    const values = tensors.get(`${group}/${format}/values`);
    const [rows = 0, columns = 0] = values?.shape ?? [];
    cases.push({
      name: `${group} ${format}`,
      format: format.toLowerCase() as StoredFormat,
      rows,
      columns,
      bytes: await tensor.read(),
      values: (await f32(`${group}/${format}/values`)) as Float32Array,
      source: await f32(`${group}/f32`),
    });
  }
  return cases;
}

const cases = [...(await load('cases.safetensors')), ...(await load('k_cases.safetensors'))];
const encodable = new Set<string>(['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0'] satisfies EncodableFormat[]);
/** Bits, so that -0 differs from 0 and NaN equals itself. */
const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.slice().buffer);

describe('block formats against golden bytes', () => {
  test('all formats are there', () => {
    expect(new Set(cases.map(({ format }) => format)).size).toBeGreaterThanOrEqual(13);
  });

  test.each(cases)('$name unpacks to the bit', ({ format, rows, columns, bytes, values }) => {
    expect(dequantize(format, bytes, rows, columns)).toEqual(values);
  });

  test.each(cases.filter(({ format, source }) => encodable.has(format) && source !== undefined))(
    '$name packs to the byte',
    ({ format, rows, columns, bytes, source }) => {
      expect(quantize(format as EncodableFormat, source as Float32Array, rows, columns)).toEqual(new Uint8Array(bytes));
    },
  );
});

describe('halves', () => {
  test('every half survives f32 and back', () => {
    const values = halfValues();
    for (let half = 0; half < 0x10000; half += 1) {
      const value = values[half] as number;
      if (!Number.isNaN(value)) expect(halfBits(value)).toBe(half);
    }
  });

  test('rounds half to even, overflows to infinity', () => {
    expect(halfBits(1 + 2 ** -11)).toBe(0x3c00);
    expect(halfBits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(halfBits(2 ** -25)).toBe(0);
    expect(halfBits(3 * 2 ** -25)).toBe(2);
    expect(halfBits(65519)).toBe(0x7bff);
    expect(halfBits(65520)).toBe(0x7c00);
    expect(halfBits(-0)).toBe(0x8000);
  });
});

describe('packWeight', () => {
  // 3 rows of 2 blocks (the second padded): an odd number of blocks would not show a mistake in the last scale word.
  const [rows, columns] = [3, 33];
  const blocks = 6;
  test.each(['q8_0', 'q4_0', 'q4_1'] as const)('%s keeps codes and scales where the kernels look', (format) => {
    const blockBytes = storedFormats[format].bytes;
    const bytes = Uint8Array.from({ length: blocks * blockBytes + 1 }, (_, index) => (index * 37) & 0xff).subarray(1);
    const { codes, scales } = packWeight(format, bytes, rows, columns);
    const codeBytes = new Uint8Array(codes.buffer);
    const scaleWords = new Uint16Array(scales.buffer);
    const scaleBytes = format === 'q4_1' ? 4 : 2;
    for (let block = 0; block < blocks; block += 1) {
      const stored = bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
      const width = blockBytes - scaleBytes;
      expect(codeBytes.subarray(block * width, (block + 1) * width)).toEqual(stored.slice(scaleBytes));
      for (let i = 0; i < scaleBytes / 2; i += 1) {
        expect(scaleWords[(block * scaleBytes) / 2 + i]).toBe(
          (stored[2 * i] as number) | ((stored[2 * i + 1] as number) << 8),
        );
      }
    }
  });

  test('refuses bytes that do not fit the shape', () => {
    expect(() => packWeight('q4_0', new Uint8Array(18), 2, 32)).toThrow(
      expect.objectContaining({ code: 'TENSOR_SIZE_MISMATCH' }),
    );
    expect(() => dequantize('f16', new Uint8Array(3), 1, 2)).toThrow(
      expect.objectContaining({ code: 'TENSOR_SIZE_MISMATCH' }),
    );
  });
});

test('quantize names the place of a weight that is no number', () => {
  const values = new Float32Array(80).fill(1);
  values[75] = Number.NaN;
  expect(() => quantize('q8_0', values, 2, 40)).toThrow(
    expect.objectContaining({ code: 'WEIGHT_NOT_FINITE', facts: { row: 1, column: 35, value: 'NaN' } }),
  );
});

test('a negative zero keeps its sign in bf16 and f32', () => {
  expect(bits(dequantize('bf16', Uint8Array.of(0, 0x80), 1, 1))[0]).toBe(0x80000000);
  expect(bits(dequantize('f32', Uint8Array.of(0, 0, 0, 0x80), 1, 1))[0]).toBe(0x80000000);
});
