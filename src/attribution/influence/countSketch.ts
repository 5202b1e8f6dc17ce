// Count sketch (M. Charikar, K. Chen, M. Farach-Colton, 2002): each coordinate of a long vector is added with a random
// sign to one of D buckets. Inner products are kept in the mean, with error falling as 1 / sqrt(D).
import { fmix32 } from './mix.ts';

/** Bucket and sign of coordinate 0..length-1: (bucket << 1) | (1 if the sign is minus). */
function targets(length: number, size: number, seed: number): Uint32Array {
  const first = fmix32(seed);
  const table = new Uint32Array(length);
  for (let j = 0; j < length; j += 1) {
    const hash = fmix32((first ^ j) + 0x9e3779b9);
    table[j] = (((hash >>> 1) % size) << 1) | (hash & 1);
  }
  return table;
}

// The table depends on shape and seed alone, and one model's gradients all have one shape.
let latest:
  | { readonly length: number; readonly size: number; readonly seed: number; readonly table: Uint32Array }
  | undefined;

/**
 * phi[bucket(j)] += sign(j) * vector[j] for ascending j, in f64: bit for bit the same everywhere.
 * @param vector any length p. @param size D, below 2^31. @returns f64 [D].
 */
export function countSketch(vector: ArrayLike<number>, size: number, seed: number): Float64Array<ArrayBuffer> {
  const { length } = vector;
  if (latest?.length !== length || latest.size !== size || latest.seed !== seed) {
    latest = { length, size, seed, table: targets(length, size, seed) };
  }
  const { table } = latest;
  const phi = new Float64Array(size);
  for (let j = 0; j < length; j += 1) {
    const target = table[j] as number;
    const value = vector[j] as number;
    phi[target >>> 1] = (phi[target >>> 1] as number) + ((target & 1) === 1 ? -value : value);
  }
  return phi;
}
