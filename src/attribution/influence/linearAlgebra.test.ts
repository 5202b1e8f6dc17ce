// Conjugate gradients and leverage against plain elimination, in every size around the groups of four in which they compute.
import { expect, test } from 'vitest';
import { conjugateGradient } from './conjugateGradient.ts';
import { damping, factorize, placeboLeverage, rowLeverage } from './leverage.ts';
import { mix } from './mix.ts';

const noise = (length: number, key: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length }, (_, index) => mix(5, key, index) / 2 ** 31 - 1);

/** B B' for random B: symmetric, positive definite with a damping. */
function gram(count: number): Float64Array<ArrayBuffer> {
  const half = noise(count * count, count);
  const kernel = new Float64Array(count * count);
  for (let i = 0; i < count; i += 1)
    for (let j = 0; j < count; j += 1)
      for (let k = 0; k < count; k += 1)
        kernel[i * count + j] = (kernel[i * count + j] ?? 0) + (half[i * count + k] ?? 0) * (half[j * count + k] ?? 0);
  return kernel;
}

/** Gauss-Jordan. */
function inverse(kernel: Float64Array, count: number, lambda: number): number[][] {
  const rows = Array.from({ length: count }, (_, i) => [
    ...Array.from({ length: count }, (_, j) => (kernel[i * count + j] as number) + (i === j ? lambda : 0)),
    ...Array.from({ length: count }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (const [i, pivot] of rows.entries()) {
    const value = pivot[i] as number;
    for (const j of pivot.keys()) pivot[j] = (pivot[j] as number) / value;
    for (const [other, row] of rows.entries())
      if (other !== i) {
        const factor = row[i] as number;
        for (const j of row.keys()) row[j] = (row[j] as number) - factor * (pivot[j] as number);
      }
  }
  return rows.map((row) => row.slice(count));
}

const times = (matrix: readonly (readonly number[])[], vector: ArrayLike<number>): number[] =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * (vector[j] as number), 0));
const dot = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Array.from(one).reduce((sum, value, index) => sum + value * (other[index] as number), 0);

test.each([1, 2, 3, 4, 5, 7, 8, 9])('%i rows', (count) => {
  const kernel = gram(count);
  const lambda = damping(kernel, count);
  expect(lambda).toBeCloseTo(
    Array.from({ length: count }, (_, i) => kernel[i * count + i] as number).reduce((a, b) => a + b) / count,
    12,
  );
  const right = noise(count, 77);
  const inverted = inverse(kernel, count, lambda);
  const { solution, residuals } = conjugateGradient(kernel, lambda, right);
  const expected = times(inverted, right);
  for (const [i, value] of solution.entries()) expect(value).toBeCloseTo(expected[i] as number, 9);
  expect(residuals).toHaveLength(41);
  expect(residuals[0]).toBeCloseTo(dot(right, right), 12);
  expect(residuals[count + 1]).toBeLessThan(1e-12);
  // The first step is along the steepest descent, by hand.
  const damped = (vector: ArrayLike<number>): number[] =>
    Array.from(
      { length: count },
      (_, i) => dot(kernel.subarray(i * count, (i + 1) * count), vector) + lambda * (vector[i] as number),
    );
  const one = conjugateGradient(kernel, lambda, right, 1);
  const step = dot(right, right) / dot(right, damped(right));
  for (const [i, value] of one.solution.entries()) expect(value).toBeCloseTo(step * (right[i] as number), 12);
  const left = right.map((value, i) => value - step * (damped(right)[i] as number));
  expect([...one.residuals]).toEqual([expect.closeTo(dot(right, right), 12), expect.closeTo(dot(left, left), 12)]);

  const factor = factorize(kernel, count, lambda);
  const leverage = rowLeverage(factor, lambda);
  for (const [i, value] of leverage.entries()) expect(value).toBeCloseTo(1 - lambda * (inverted[i]?.[i] as number), 9);
  const cross = noise(2 * count, 99);
  const squares = Float64Array.of(5, 7);
  const placebo = placeboLeverage(factor, lambda, cross, squares);
  for (const [z, value] of placebo.entries()) {
    const k = cross.subarray(z * count, (z + 1) * count);
    expect(value).toBeCloseTo(((squares[z] as number) - dot(k, times(inverted, k))) / lambda, 8);
  }
});

test('nothing is solved in no step, and a matrix that is not positive definite has no factor', () => {
  const { solution, residuals } = conjugateGradient(gram(3), 1, new Float64Array(3));
  expect([...solution]).toEqual([0, 0, 0]);
  expect(residuals).toEqual(new Float64Array(41));
  for (const [kernel, row] of [
    [[0, 0, 0, 1], 0],
    [[1, 1, 1, 1], 1],
    [[1, 2, 2, 1], 1],
  ] as const)
    expect(() => factorize(Float64Array.from(kernel), 2, 0)).toThrow(
      expect.objectContaining({ code: 'INDEX_DEGENERATE', facts: expect.objectContaining({ row, damping: 0 }) }),
    );
});
