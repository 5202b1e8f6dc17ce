// One block of each format to f32. Layouts are GGML's, little-endian; 16-bit floats are taken in blocks of 32. Every value is one
// exact product or sum, rounded once to f32. Checked to the bit against the `gguf` package.
import { halfValues } from './halfFloat.ts';
import { unpackQ2K, unpackQ3K, unpackQ4K, unpackQ5K, unpackQ6K } from './superBlocks.ts';
import { unpackIq4Nl, unpackIq4Xs, unpackMxfp4 } from './tableQuants.ts';
import type { PackedFormat } from './weightLayouts.ts';

/** Unpacks the block that begins at `offset` of `bytes` into the first elements of `values`. */
export type UnpackBlock = (bytes: Uint8Array, offset: number, values: Float32Array) => void;

const half = (bytes: Uint8Array, offset: number): number =>
  halfValues()[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;

/**
 * Values scale (q - middle) + shift; a shift of -0 keeps the sign of zeros. Byte j of `codes` holds element j in its low
 * and element j + 16 in its high nibble.
 */
function unpackNibbles(
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
function unpackFiveBits(
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

/** How the blocks of each format are unpacked. */
export const unpackers: Readonly<Record<PackedFormat, UnpackBlock>> = {
  f16(bytes, offset, values) {
    for (let i = 0; i < 32; i += 1) values[i] = half(bytes, offset + 2 * i);
  },
  bf16(bytes, offset, values) {
    const words = new Uint32Array(values.buffer, values.byteOffset, 32);
    for (let i = 0; i < 32; i += 1) {
      const at = offset + 2 * i;
      words[i] = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 24);
    }
  },
  q4_0(bytes, offset, values) {
    unpackNibbles(bytes, offset + 2, half(bytes, offset), 8, -0, values);
  },
  q4_1(bytes, offset, values) {
    unpackNibbles(bytes, offset + 4, half(bytes, offset), 0, half(bytes, offset + 2), values);
  },
  q5_0(bytes, offset, values) {
    unpackFiveBits(bytes, offset + 2, offset + 6, half(bytes, offset), 16, -0, values);
  },
  q5_1(bytes, offset, values) {
    unpackFiveBits(bytes, offset + 4, offset + 8, half(bytes, offset), 0, half(bytes, offset + 2), values);
  },
  q8_0(bytes, offset, values) {
    const scale = half(bytes, offset);
    for (let i = 0; i < 32; i += 1) values[i] = scale * (((bytes[offset + 2 + i] as number) << 24) >> 24);
  },
  q2_k: unpackQ2K,
  q3_k: unpackQ3K,
  q4_k: unpackQ4K,
  q5_k: unpackQ5K,
  q6_k: unpackQ6K,
  iq4_nl: unpackIq4Nl,
  iq4_xs: unpackIq4Xs,
  mxfp4: unpackMxfp4,
};
