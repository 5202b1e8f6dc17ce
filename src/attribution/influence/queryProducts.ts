import type { Sketch } from '../types.ts';

/**
 * k_q: inner products of sketched rows with one sketch, scaled by 2^(e_i + e_q), exact. codes int8 [count, size] -> f64
 * [count].
 */
export function queryProducts(codes: Int8Array, exponents: Int32Array, query: Sketch): Float64Array<ArrayBuffer> {
  const size = query.codes.length;
  return Float64Array.from(exponents, (exponent, row) => {
    const start = row * size;
    let product = 0;
    for (let d = 0; d < size; d += 1) product += (codes[start + d] as number) * (query.codes[d] as number);
    return product * 2 ** exponent * 2 ** query.exponent;
  });
}
