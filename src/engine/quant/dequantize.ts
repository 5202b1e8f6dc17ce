// Stored bytes of a tensor to f32, row by row. Layouts are GGML's, little-endian; a row whose length is no multiple of the
// block is padded in storage and cut here. Every value is one exact product or sum, rounded once to f32.
import type { StoredFormat } from '../modelFile.ts';
import { halfValues } from './halfFloat.ts';
import { checkStoredSize, storedFormats } from './storedFormats.ts';
import { unpackers } from './unpackers.ts';

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
