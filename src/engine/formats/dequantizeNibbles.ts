// Parts of `dequantize` that several formats share: codes of four and five bits in blocks of 32.

/**
 * Values scale (q - middle) + shift; a shift of -0 preserves the sign of zeros. Byte j of `codes` has element j in its low and
 * element j + 16 in its high nibble.
 */
export function dequantizeNibbles(
  bytes: Uint8Array,
  codes: number,
  scale: number,
  middle: number,
  shift: number,
  values: Float32Array,
): void {
  for (let j = 0; j < 16; j += 1) {
    const byte = bytes[codes + j] as number;
    values[j] = scale * ((byte & 15) - middle) + shift;
    values[j + 16] = scale * ((byte >> 4) - middle) + shift;
  }
}

/** As above, with bit i of the u32 at `high` as bit 4 of element i. */
export function dequantizeFiveBits(
  bytes: Uint8Array,
  high: number,
  codes: number,
  scale: number,
  middle: number,
  shift: number,
  values: Float32Array,
): void {
  for (let j = 0; j < 16; j += 1) {
    const byte = bytes[codes + j] as number;
    const lowBit = ((bytes[high + (j >> 3)] as number) >> (j & 7)) & 1;
    const highBit = ((bytes[high + 2 + (j >> 3)] as number) >> (j & 7)) & 1;
    values[j] = scale * (((byte & 15) | (lowBit << 4)) - middle) + shift;
    values[j + 16] = scale * (((byte >> 4) | (highBit << 4)) - middle) + shift;
  }
}

/** Values scale levels[q], from `begin` on. */
export function dequantizeLevels(
  bytes: Uint8Array,
  codes: number,
  scale: number,
  levels: readonly number[],
  values: Float32Array,
  begin: number,
): void {
  for (let j = 0; j < 16; j += 1) {
    const byte = bytes[codes + j] as number;
    values[begin + j] = scale * (levels[byte & 15] as number);
    values[begin + j + 16] = scale * (levels[byte >> 4] as number);
  }
}
