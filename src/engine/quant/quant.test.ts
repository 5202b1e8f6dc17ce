import { describe, expect, test } from 'vitest';
import { type BlockFormatName, blockFormatNames } from '../formats/blockFormats.ts';
import { dequantize } from '../formats/dequantize.ts';
import { weightWords } from '../formats/deviceLayout.ts';
import { fileRowBytes } from '../formats/fileLayout.ts';
import { halfBits, halfValues } from '../formats/halfFloat.ts';
import { weightReader } from '../kernels/linear/weightAt.ts';
import { randomBlocks } from '../testing/agreement.ts';
import { goldenBlocks } from '../testing/goldenBlocks.ts';
import { packWeight } from './packWeight.ts';
import { quantize } from './quantize.ts';

const cases = await goldenBlocks();
const encodable = new Set<string>(['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0'] satisfies BlockFormatName[]);
/** Bit patterns, so that -0 differs from 0 and NaN equals itself. */
const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.slice().buffer);

describe('block formats against golden bytes', () => {
  test('covers all formats', () => {
    expect(new Set(cases.map(({ format }) => format)).size).toBeGreaterThanOrEqual(13);
  });

  test.each(cases)('$name unpacks bit for bit', ({ format, rows, columns, bytes, values }) => {
    expect(dequantize(format, bytes, rows, columns)).toEqual(values);
  });

  test.each(cases.filter(({ format, source }) => encodable.has(format) && source !== undefined))(
    '$name packs to the byte',
    ({ format, rows, columns, bytes, source }) => {
      expect(quantize(format as BlockFormatName, source as Float32Array, rows, columns)).toEqual(new Uint8Array(bytes));
    },
  );
});

describe('half precision', () => {
  test('every half survives f32 and back', () => {
    const values = halfValues();
    for (let half = 0; half < 0x10000; half += 1) {
      const value = values[half] as number;
      if (!Number.isNaN(value)) expect(halfBits(value)).toBe(half);
    }
  });

  test('rounds ties to even, overflows to infinity', () => {
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
  test.each(cases)('$name is packed without a change of its values', ({ format, rows, columns, bytes, values }) => {
    const packed = packWeight(format as BlockFormatName, bytes, rows, columns);
    const { codes, scales } = weightWords(format, rows, columns);
    expect([packed.codes.length, packed.scales.length]).toEqual([codes, scales]);
    // Only the last word of the scales may be padding.
    expect(4 * (codes + scales) - bytes.length).toBeLessThan(4);
    const read = weightReader(format, columns, packed.codes, packed.scales);
    const unpacked = values.map((_, at) => read(Math.floor(at / columns), at % columns));
    expect(bits(unpacked)).toEqual(bits(values));
  });

  test('a range of rows is packed as in the whole matrix', () => {
    for (const format of blockFormatNames) {
      const [rows, columns] = [12, 33];
      const bytes = randomBlocks(format, rows, columns);
      const whole = packWeight(format, bytes, rows, columns);
      const first = weightWords(format, 8, columns);
      const rest = packWeight(format, bytes.subarray(8 * fileRowBytes(format, columns)), 4, columns);
      expect(rest.codes, format).toEqual(whole.codes.slice(first.codes));
      expect(rest.scales, format).toEqual(whole.scales.slice(first.scales));
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

test('quantize names the place of a NaN weight', () => {
  const values = new Float32Array(80).fill(1);
  values[75] = Number.NaN;
  expect(() => quantize('q8_0', values, 2, 40)).toThrow(
    expect.objectContaining({ code: 'WEIGHT_NOT_FINITE', facts: { row: 1, column: 35, value: 'NaN' } }),
  );
});

test.each(['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0'] as const)(
  'a block of %s whose scale passes f16 is refused',
  (format) => {
    const values = Float32Array.from({ length: 80 }, (_, at) => (at === 77 ? -2e7 : at % 3));
    expect(() => quantize(format, values, 2, 40)).toThrow(
      expect.objectContaining({ code: 'WEIGHT_NOT_FINITE', facts: expect.objectContaining({ row: 1, column: 32 }) }),
    );
  },
);

test('a negative zero keeps its sign in bf16 and f32', () => {
  expect(bits(dequantize('bf16', Uint8Array.of(0, 0x80), 1, 1))[0]).toBe(0x80000000);
  expect(bits(dequantize('f32', Uint8Array.of(0, 0, 0, 0x80), 1, 1))[0]).toBe(0x80000000);
});
