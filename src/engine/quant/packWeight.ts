// GGML blocks taken apart into codes and scales, in the layout that kernels read (see `Weight` in ../backend.ts).
import { checkStoredSize, storedFormats } from './storedFormats.ts';

export interface PackedWeight {
  readonly codes: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
}

/** The same bytes as halves; block sizes are even, so only the start can be odd. */
function asHalves(bytes: Uint8Array): Uint16Array {
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(even.buffer, even.byteOffset, even.byteLength / 2);
}

/**
 * Codes and scales of a matrix of `rows` rows of `ceil(columns / 32)` blocks. No value changes: bytes only move.
 * Throws `TENSOR_SIZE_MISMATCH`.
 */
export function packWeight(
  format: 'q8_0' | 'q4_0' | 'q4_1',
  bytes: Uint8Array,
  rows: number,
  columns: number,
): PackedWeight {
  checkStoredSize(format, bytes, rows, columns);
  const blockHalves = storedFormats[format].bytes / 2;
  const scaleHalves = format === 'q4_1' ? 2 : 1;
  const codeHalves = blockHalves - scaleHalves;
  const blocks = bytes.byteLength / 2 / blockHalves;
  const source = asHalves(bytes);
  const codes = new Uint32Array((blocks * codeHalves) / 2);
  const scales = new Uint32Array(Math.ceil((blocks * scaleHalves) / 2));
  const codeTarget = new Uint16Array(codes.buffer);
  const scaleTarget = new Uint16Array(scales.buffer);
  for (let block = 0; block < blocks; block += 1) {
    let from = block * blockHalves;
    for (let i = 0; i < scaleHalves; i += 1) scaleTarget[block * scaleHalves + i] = source[from++] as number;
    const to = block * codeHalves;
    for (let i = 0; i < codeHalves; i += 1) codeTarget[to + i] = source[from++] as number;
  }
  return { codes, scales };
}
