// Self-influence of rows, by one Cholesky factorisation when an index is built. Fixed order of + - * / and sqrt, so that a
// stranger who builds the index again gets the same bits.
import { TributaryError } from '../../lib/errors.ts';

export interface Factor {
  /** Lower triangle, f64 [N, N], row-major. */
  readonly lower: Float64Array<ArrayBuffer>;
  readonly count: number;
}

/** lambda = trace(K) / N, the diagonal summed in ascending order. */
export function damping(kernel: Float64Array, count: number): number {
  let trace = 0;
  for (let i = 0; i < count; i += 1) trace += kernel[i * count + i] as number;
  return trace / count;
}

/** Cholesky factor of K + lambda I. Throws `INDEX_DEGENERATE` when the matrix is not positive definite. */
export function factorize(kernel: Float64Array, count: number, lambda: number): Factor {
  const lower = new Float64Array(count * count);
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = kernel[i * count + j] as number;
      if (i === j) sum += lambda;
      for (let k = 0; k < j; k += 1) sum -= (lower[i * count + k] as number) * (lower[j * count + k] as number);
      if (i !== j) lower[i * count + j] = sum / (lower[j * count + j] as number);
      else if (sum > 0) lower[i * count + i] = Math.sqrt(sum);
      else {
        throw new TributaryError({
          code: 'INDEX_DEGENERATE',
          message: 'The gradients of the rows are all zero, so no influence can be computed.',
          facts: { row: i, pivot: sum, damping: lambda },
          hint: 'Train the adapter for at least one step before building its index.',
        });
      }
    }
  }
  return { lower, count };
}

/** |L^-1 v|^2 = v' (K + lambda I)^-1 v; entries of v before `from` are known to be zero. */
function quadratic({ lower, count }: Factor, vector: Float64Array, from = 0): number {
  let total = 0;
  for (let i = from; i < count; i += 1) {
    let sum = vector[i] as number;
    for (let k = from; k < i; k += 1) sum -= (lower[i * count + k] as number) * (vector[k] as number);
    const value = sum / (lower[i * count + i] as number);
    vector[i] = value;
    total += value * value;
  }
  return total;
}

/** h_i = [K (K + lambda I)^-1]_ii = 1 - lambda [(K + lambda I)^-1]_ii for every trained row, f64 [N]. */
export function rowLeverage(factor: Factor, lambda: number): Float64Array<ArrayBuffer> {
  const { count } = factor;
  const unit = new Float64Array(count);
  return Float64Array.from({ length: count }, (_, i) => {
    unit.fill(0);
    unit[i] = 1;
    return 1 - lambda * quadratic(factor, unit, i);
  });
}

/**
 * h_z = (k_zz - k_z' (K + lambda I)^-1 k_z) / lambda for rows that were not trained, f64 [Z].
 * @param cross k_z, f64 [Z, N]. @param squares k_zz, f64 [Z].
 */
export function placeboLeverage(
  factor: Factor,
  lambda: number,
  cross: Float64Array,
  squares: Float64Array,
): Float64Array<ArrayBuffer> {
  const { count } = factor;
  return squares.map((square, z) => (square - quadratic(factor, cross.slice(z * count, (z + 1) * count))) / lambda);
}
