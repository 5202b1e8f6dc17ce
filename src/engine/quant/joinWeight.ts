// Converts a packed weight to GGML's layout: the inverse of `packWeight`, for converting a packed file to other formats.
import type { BlockFormatName } from '../formats/blockFormats.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import { fileLayout, fileRowBytes } from '../formats/fileLayout.ts';

/** The stored bytes of `rows` rows, from the bytes of their codes and of their scales. */
export function joinWeight(
  format: BlockFormatName,
  codes: Uint8Array,
  scales: Uint8Array,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const rowBytes = fileRowBytes(format, columns);
  const joined = new Uint8Array(rows * rowBytes);
  const { codeWords, scaleBytes, scaleAt } = deviceLayout(format);
  if (scaleBytes === 0) {
    // Rows of f16 are padded on the device.
    const packedRowBytes = codes.byteLength / rows;
    for (let row = 0; row < rows; row += 1)
      joined.set(codes.subarray(row * packedRowBytes, row * packedRowBytes + rowBytes), row * rowBytes);
    return joined;
  }
  const blocks = joined.byteLength / fileLayout(format).bytes;
  let to = 0;
  let from = 0;
  let scale = 0;
  for (let block = 0; block < blocks; block += 1) {
    for (let i = 0; i < scaleAt; i += 1) joined[to++] = codes[from++] as number;
    for (let i = 0; i < scaleBytes; i += 1) joined[to++] = scales[scale++] as number;
    for (let i = scaleAt; i < 4 * codeWords; i += 1) joined[to++] = codes[from++] as number;
  }
  return joined;
}
