// Dequantises a tensor's stored bytes to f32, row by row. Layouts are GGML's, little-endian; a row whose length is not a multiple of
// the block is padded in storage and cut here. Every value is one exact product or sum, rounded once to f32.
import { blockFormat, type WeightFormat } from './blockFormats.ts';
import { checkFileSize } from './fileLayout.ts';

/**
 * Values of a stored matrix, f32 [rows, columns]. `bytes`: `rows` rows of whole blocks. Throws `TENSOR_SIZE_MISMATCH`.
 * Sources of the layouts: GGML's block structures; checked bit for bit against the `gguf` package.
 */
export function dequantize(
  format: WeightFormat,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  checkFileSize(format, bytes, rows, columns);
  if (format === 'f32') return new Float32Array(bytes.slice().buffer);
  const { float16, file, dequantize: dequantizeBlock } = blockFormat(format);
  if (float16 !== undefined) return float16.widen(new Uint16Array(bytes.slice().buffer));
  const { elements, bytes: blockBytes } = file;
  const values = new Float32Array(rows * columns);
  const last = new Float32Array(elements);
  let offset = 0;
  for (let row = 0; row < rows; row += 1) {
    const end = (row + 1) * columns;
    for (let begin = row * columns; begin < end; begin += elements) {
      if (begin + elements <= end) dequantizeBlock(bytes, offset, values.subarray(begin, begin + elements));
      else {
        dequantizeBlock(bytes, offset, last);
        values.set(last.subarray(0, end - begin), begin);
      }
      offset += blockBytes;
    }
  }
  return values;
}
