import { expect, it } from 'vitest';
import { noise } from '../testing/agreement.ts';
import { createMatrixKernel, packMatrix } from './matrixKernel.ts';

it.each([
  { rows: 1, depth: 1, columns: 1 },
  { rows: 4, depth: 8, columns: 8 },
  { rows: 13, depth: 37, columns: 19 },
  { rows: 70, depth: 96, columns: 64 },
])('multiplies $rows x $depth by $depth x $columns', ({ rows, depth, columns }) => {
  const kernel = createMatrixKernel();
  if (kernel === undefined) throw new Error('no SIMD');
  const left = noise(rows * depth, 1);
  const right = noise(depth * columns, 2);
  const transposedRight = Float32Array.from(
    right,
    (_, at) => right[(at % depth) * columns + Math.floor(at / depth)] ?? 0,
  );
  for (const [matrix, transposed] of [
    [right, false],
    [transposedRight, true],
  ] as const) {
    const { values, stride } = kernel.multiply(left, rows, packMatrix(matrix, { depth, columns, transposed }));
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        let sum = 0;
        for (let k = 0; k < depth; k += 1) sum += (left[row * depth + k] ?? 0) * (right[k * columns + column] ?? 0);
        expect(Math.abs((values[row * stride + column] ?? Number.NaN) - sum)).toBeLessThan(1e-5);
      }
    }
  }
});

it('multiplies by a matrix that it keeps, among others, until it is released', () => {
  const kernel = createMatrixKernel();
  if (kernel === undefined) throw new Error('no SIMD');
  const owner = {};
  const identity = (size: number, factor: number) => {
    const matrix = Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? factor : 0));
    return kernel.keep(packMatrix(matrix, { depth: size, columns: size, transposed: false }), owner);
  };
  const [twice, thrice] = [identity(9, 2), identity(40, 3)];
  expect(twice.panels).not.toBeInstanceOf(Float32Array);
  const left = noise(40, 3);
  const product = (matrix: typeof twice, size: number): number[] => [
    ...kernel.multiply(left, 1, matrix).values.subarray(0, size),
  ];
  expect(product(twice, 9)).toEqual([...left.subarray(0, 9)].map((value) => 2 * value));
  expect(product(thrice, 40)).toEqual([...left].map((value) => Math.fround(3 * value)));
  kernel.release(twice);
  const four = identity(9, 4);
  expect(four.panels).toEqual(twice.panels);
  expect(product(four, 9)).toEqual([...left.subarray(0, 9)].map((value) => 4 * value));
  expect(product(thrice, 40)).toEqual([...left].map((value) => Math.fround(3 * value)));
});
