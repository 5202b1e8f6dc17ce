/**
 * K_ij = products_ij * 2^(e_i + e_j), f64 [rows, columns]: exact, since each product has at most 31 bits.
 * @param products int32 [rows, columns] of the codes. @param exponents of the rows. @param others of the columns.
 */
export function kernelMatrix(
  products: Int32Array,
  exponents: Int32Array,
  others: Int32Array,
): Float64Array<ArrayBuffer> {
  const columns = others.length;
  const kernel = new Float64Array(products.length);
  const scales = Float64Array.from(others, (exponent) => 2 ** exponent);
  for (let i = 0; i < exponents.length; i += 1) {
    const scale = 2 ** (exponents[i] as number);
    for (let j = 0; j < columns; j += 1) {
      const at = i * columns + j;
      kernel[at] = (products[at] as number) * scale * (scales[j] as number);
    }
  }
  return kernel;
}
