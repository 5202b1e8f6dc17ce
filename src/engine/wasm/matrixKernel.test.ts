import { describe, expect, it } from 'vitest';
import { blockFormatNames } from '../formats/blockFormats.ts';
import { dequantize } from '../formats/dequantize.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import { weightReader } from '../kernels/linear/weightAt.ts';
import { packWeight } from '../quant/packWeight.ts';
import { quantize } from '../quant/quantize.ts';
import { randomWeight, testNoise } from '../testing/agreement.ts';
import { createMatrixKernel, type MatrixKernel } from './matrixKernel.ts';

/** Copies arrays into the kernel's memory, surrounded by NaN, which must not affect any result. */
function place(kernel: MatrixKernel, ...arrays: readonly (Float32Array | Uint32Array)[]): number[] {
  const addresses = kernel.scratch(1_024, ...arrays.flatMap((array) => [array.length + 64]), 65_536);
  const end = addresses.at(-1) ?? 0;
  kernel.floats(addresses[0] ?? 0, (end - (addresses[0] ?? 0)) / 4 + 65_536).fill(Number.NaN);
  for (const [index, array] of arrays.entries()) {
    new Uint32Array(kernel.heap.memory.buffer, addresses[index + 1], array.length).set(
      new Uint32Array(array.buffer, array.byteOffset, array.length),
    );
  }
  return addresses.slice(1);
}

const shapes = [
  { rows: 1, depth: 1, columns: 1 },
  { rows: 1, depth: 50, columns: 7 },
  { rows: 4, depth: 8, columns: 8 },
  { rows: 13, depth: 37, columns: 19 },
  { rows: 70, depth: 96, columns: 64 },
];

describe.each([
  { name: 'relaxed SIMD', fused: true },
  { name: 'SIMD alone', fused: false },
])('the kernel with $name', ({ fused }) => {
  function open(): MatrixKernel {
    const kernel = createMatrixKernel(fused);
    if (kernel === undefined) throw new Error('no SIMD');
    return kernel;
  }

  it.each(shapes)('multiplies $rows x $depth by $depth x $columns, in both layouts', ({ rows, depth, columns }) => {
    const kernel = open();
    const left = testNoise(rows * depth, 1);
    const right = testNoise(depth * columns, 2);
    const turned = Float32Array.from(right, (_, at) => right[(at % depth) * columns + Math.floor(at / depth)] ?? 0);
    const [leftAt = 0, rightAt = 0, turnedAt = 0, resultAt = 0] = place(kernel, left, right, turned);
    const stride = Math.ceil(columns / 8) * 8;
    const leftMatrix = { address: leftAt, rows, columns: depth };
    for (const way of ['dot', 'rows', 'rows added'] as const) {
      const result = { address: resultAt, stride };
      if (way === 'dot') kernel.dotProducts(leftMatrix, { address: turnedAt, rows: columns, columns: depth }, result);
      else kernel.rowProducts(leftMatrix, { address: rightAt, rows: depth, columns }, result, way === 'rows added');
      const values = kernel.floats(resultAt, rows * stride);
      const times = way === 'rows added' ? 2 : 1;
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          let sum = 0;
          for (let k = 0; k < depth; k += 1) sum += (left[row * depth + k] ?? 0) * (right[k * columns + column] ?? 0);
          expect(Math.abs((values[row * stride + column] ?? Number.NaN) - times * sum), way).toBeLessThan(2e-5);
        }
      }
    }
  });

  it.each(blockFormatNames)('reads the blocks of %s, unpacked and in a matrix-vector product', (format) => {
    const kernel = open();
    const [rows, columns, first] = [5, 300, 1];
    const width = Math.ceil(columns / deviceLayout(format).elements) * deviceLayout(format).elements;
    const { codes, scales = new Uint32Array() } = randomWeight(format, rows, columns) as Record<string, Uint32Array>;
    const weight = weightReader(format, columns, codes as Uint32Array, scales);
    const x = new Float32Array(width);
    x.set(testNoise(columns, 3));
    const [codesAt = 0, scalesAt = 0, xAt = 0, target = 0] = place(kernel, codes as Uint32Array, scales, x);
    const matrix = { format, codes: codesAt, scales: scalesAt, rows, columns };
    kernel.unpack(matrix, first, 3, target);
    const unpacked = Array.from({ length: 3 }, (_, row) => [...kernel.floats(target + 4 * row * width, columns)]);
    // Bit for bit: -0 is not 0.
    expect(unpacked).toEqual(
      Array.from({ length: 3 }, (_, row) =>
        Array.from({ length: columns }, (__, column) => weight(first + row, column)),
      ),
    );
    kernel.vector(matrix, xAt, target);
    const product = kernel.floats(target, rows);
    for (let row = 0; row < rows; row += 1) {
      let sum = 0;
      let size = 0;
      for (let column = 0; column < columns; column += 1) {
        const term = weight(row, column) * (x[column] ?? 0);
        sum += term;
        size += Math.abs(term);
      }
      expect(Math.abs((product[row] ?? Number.NaN) - sum)).toBeLessThan(1e-6 * size);
    }
  });

  it.each(['q4_1', 'q5_1'] as const)('a block of %s with an outlier is as exact as others', (format) => {
    const kernel = open();
    const [rows, columns] = [24, 64];
    const values = testNoise(rows * columns, 5).map((value) => 0.02 * value);
    // All others of a block then are near zero, and each is a large code and a large minimum that cancel.
    for (let block = 0; block < values.length / 32; block += 1) values[32 * block + ((7 * block) % 32)] = -100;
    const bytes = quantize(format, values, rows, columns);
    const weights = dequantize(format, bytes, rows, columns);
    const { codes, scales = new Uint32Array() } = packWeight(format, bytes, rows, columns);
    const x = testNoise(columns, 3);
    const [codesAt = 0, scalesAt = 0, xAt = 0, target = 0] = place(kernel, codes, scales, x);
    kernel.vector({ format, codes: codesAt, scales: scalesAt, rows, columns }, xAt, target);
    for (const [row, product] of kernel.floats(target, rows).entries()) {
      const terms = x.map((value, column) => value * (weights[row * columns + column] as number));
      const sum = [...terms].reduce((total, term) => total + term, 0);
      const size = terms.reduce((total, term) => total + Math.abs(term), 0);
      expect(Math.abs(product - sum)).toBeLessThan(1e-6 * size);
    }
  });

  it('decodes every power of two that MXFP4 allows as a scale', () => {
    const kernel = open();
    // 255 stands for NaN, and no file with it is read.
    const scales = new Uint32Array(64);
    for (let exponent = 0; exponent < 255; exponent += 1) new Uint8Array(scales.buffer)[exponent] = exponent;
    const codes = new Uint32Array(4 * 255).fill(0xd7654321);
    const [codesAt = 0, scalesAt = 0, target = 0] = place(kernel, codes, scales);
    const matrix = { format: 'mxfp4', codes: codesAt, scales: scalesAt, rows: 255, columns: 32 } as const;
    kernel.unpack(matrix, 0, 255, target);
    const weight = weightReader('mxfp4', 32, codes, scales);
    const expected = Array.from({ length: 255 * 32 }, (_, at) => weight(Math.floor(at / 32), at % 32));
    expect([...kernel.floats(target, 255 * 32)]).toEqual(expected);
  });

  it('decodes scales of either sign, denormal ones too', () => {
    const kernel = open();
    const scales = Uint32Array.of(0x00018001, 0xbc003c00);
    const codes = new Uint32Array(32).fill(0x01010101);
    const [codesAt = 0, scalesAt = 0, target = 0] = place(kernel, codes, scales);
    kernel.unpack({ format: 'q8_0', codes: codesAt, scales: scalesAt, rows: 4, columns: 32 }, 0, 4, target);
    expect([0, 32, 64, 96].map((at) => kernel.floats(target, 128)[at])).toEqual([-(2 ** -24), 2 ** -24, 1, -1]);
  });

  it('computes exponentials within 2 ULP, and their limits', () => {
    const kernel = open();
    const values = Float32Array.from({ length: 4_000 }, (_, i) => (i - 2_000) * 0.0431);
    const [valuesAt = 0, shiftAt = 0] = place(kernel, values, Float32Array.of(0.25));
    kernel.exponentials(valuesAt, shiftAt, values.length);
    const results = kernel.floats(valuesAt, values.length);
    for (const [index, value] of values.entries()) {
      const exact = Math.exp(Math.min(88, Math.max(-87, Math.fround(value - 0.25))));
      expect(Math.abs((results[index] ?? Number.NaN) / exact - 1)).toBeLessThan(2 * 2 ** -23);
    }
  });

  it('computes silu(gate) up, for large gates too', () => {
    const kernel = open();
    const gate = Float32Array.of(-1_000, -20, -1, 0, 0.5, 3, 20, 1_000);
    const up = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const [gateAt = 0, upAt = 0, result = 0] = place(kernel, gate, up);
    kernel.sigmoidProducts(gateAt, upAt, result, 8);
    const exact = gate.map((value, index) => (value / (1 + Math.exp(-value))) * (up[index] ?? 0));
    for (const [index, value] of kernel.floats(result, 8).entries()) {
      const error = Math.abs(value - (exact[index] ?? 0));
      expect(error).toBeLessThanOrEqual(3e-7 * Math.abs(exact[index] ?? 0) + 1e-30);
    }
  });
});
