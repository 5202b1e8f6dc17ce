// Stored bytes of a tensor to f32, row by row. Layouts are GGML's, little-endian; a row whose length is no multiple of the
// block is padded in storage and cut here. Every value is one exact product or sum, rounded once to f32.
import type { StoredFormat } from '../modelFile.ts';
import { halfValues } from './halfFloat.ts';
import { checkStoredSize, storedFormats } from './storedFormats.ts';
import { unpackQ2K, unpackQ3K, unpackQ4K, unpackQ5K, unpackQ6K } from './superBlocks.ts';
import { unpackIq4Nl, unpackIq4Xs, unpackMxfp4 } from './tableQuants.ts';

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

/** 16-bit floats by way of a table, or moved to the upper half of an f32. */
function widen(format: 'f16' | 'bf16', bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const halves = new Uint16Array(bytes.slice().buffer);
  const values = new Float32Array(halves.length);
  if (format === 'f16') {
    const table = halfValues();
    for (let i = 0; i < halves.length; i += 1) values[i] = table[halves[i] as number] as number;
    return values;
  }
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i += 1) words[i] = (halves[i] as number) << 16;
  return values;
}

const unpackers: Readonly<Record<Exclude<StoredFormat, 'f32' | 'f16' | 'bf16'>, UnpackBlock>> = {
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

/**
 * Values of a stored matrix, f32 [rows, columns]. `bytes`: `rows` rows of whole blocks. Throws `TENSOR_SIZE_MISMATCH`.
 * Sources of the layouts: GGML's block structures; checked to the bit against the `gguf` package.
 */
export function dequantize(
  format: StoredFormat,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  checkStoredSize(format, bytes, rows, columns);
  if (format === 'f32') return new Float32Array(bytes.slice().buffer);
  if (format === 'f16' || format === 'bf16') return widen(format, bytes);
  const { elements, bytes: blockBytes } = storedFormats[format];
  const unpack = unpackers[format];
  const values = new Float32Array(rows * columns);
  const last = new Float32Array(elements);
  let offset = 0;
  for (let row = 0; row < rows; row += 1) {
    const end = (row + 1) * columns;
    for (let begin = row * columns; begin < end; begin += elements) {
      if (begin + elements <= end) unpack(bytes, offset, values.subarray(begin, begin + elements));
      else {
        unpack(bytes, offset, last);
        values.set(last.subarray(0, end - begin), begin);
      }
      offset += blockBytes;
    }
  }
  return values;
}
