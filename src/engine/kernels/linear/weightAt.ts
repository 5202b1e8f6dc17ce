// Reads single elements of a packed weight, layouts as in `Weight`: the plain definition that kernels are tested against.
import type { WeightFormat } from '../../backend.ts';

const scratch = new DataView(new ArrayBuffer(4));

/** Value of an IEEE half-precision number given as its 16 bits. */
export function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A function of (row, column) that gives W's elements, in f32. `codes` and `scales` as in `Weight`. */
export function weightReader(
  format: WeightFormat,
  columns: number,
  codes: Float32Array | Uint32Array,
  scales?: Uint32Array,
): (row: number, column: number) => number {
  if (format === 'f32') return (row, column) => codes[row * columns + column] ?? 0;
  const blocksPerRow = Math.ceil(columns / 32);
  const half = (n: number): number => halfToNumber(((scales?.[n >> 1] ?? 0) >>> (16 * (n & 1))) & 0xffff);
  if (format === 'q8_0') {
    return (row, column) => {
      const block = row * blocksPerRow + (column >> 5);
      scratch.setUint32(0, codes[block * 8 + ((column & 31) >> 2)] ?? 0, true);
      return scratch.getInt8(column & 3) * half(block);
    };
  }
  return (row, column) => {
    const block = row * blocksPerRow + (column >> 5);
    const byte = column & 15;
    const word = codes[block * 4 + (byte >> 2)] ?? 0;
    const code = (word >>> (8 * (byte & 3) + ((column & 16) === 0 ? 0 : 4))) & 15;
    if (format === 'q4_0') return (code - 8) * half(block);
    const pair = scales?.[block] ?? 0;
    return Math.fround(code * halfToNumber(pair & 0xffff) + halfToNumber(pair >>> 16));
  };
}
