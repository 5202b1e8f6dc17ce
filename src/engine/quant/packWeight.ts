// Converts GGML blocks to the layout that kernels read (`deviceLayout`).
import type { BlockFormatName } from '../formats/blockFormats.ts';
import { deviceLayout, weightWords } from '../formats/deviceLayout.ts';
import { checkFileSize, fileRowBytes } from '../formats/fileLayout.ts';

export interface PackedWeight {
  readonly codes: Uint32Array<ArrayBuffer>;
  /** Empty if the format has no separate scales. */
  readonly scales: Uint32Array<ArrayBuffer>;
}

type Units = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** The same memory as u16 or u8. */
const unitsOf = (words: Uint32Array<ArrayBuffer>, size: 1 | 2): Units =>
  size === 2 ? new Uint16Array(words.buffer) : new Uint8Array(words.buffer);

/** The bytes as u16 or u8. */
function sourceUnits(bytes: Uint8Array, size: 1 | 2): Uint8Array | Uint16Array {
  if (size === 1) return bytes;
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(even.buffer, even.byteOffset, even.byteLength / 2);
}

/** Copies rows whose blocks stay whole; 16-bit rows are zero-padded to whole blocks. */
function copyRows(bytes: Uint8Array, codes: Uint32Array<ArrayBuffer>, rows: number, storedBytes: number): void {
  const target = new Uint8Array(codes.buffer);
  const rowBytes = target.byteLength / rows;
  if (rowBytes === storedBytes) target.set(bytes);
  else
    for (let row = 0; row < rows; row += 1)
      target.set(bytes.subarray(row * storedBytes, (row + 1) * storedBytes), row * rowBytes);
}

/**
 * Codes and scales of a matrix of `rows` rows of whole blocks. Bytes only move, so no value changes. A range of a larger matrix can
 * be packed alone if the scales of the rows before it fill whole words, that is, from every fourth row.
 * Throws `TENSOR_SIZE_MISMATCH`.
 */
export function packWeight(format: BlockFormatName, bytes: Uint8Array, rows: number, columns: number): PackedWeight {
  checkFileSize(format, bytes, rows, columns);
  const words = weightWords(format, rows, columns);
  const codes = new Uint32Array(words.codes);
  const scales = new Uint32Array(words.scales);
  const { codeWords, scaleBytes, scaleAt } = deviceLayout(format);
  if (scaleBytes === 0) {
    copyRows(bytes, codes, rows, fileRowBytes(format, columns));
    return { codes, scales };
  }
  const size = scaleBytes === 1 ? 1 : 2;
  const [scaleUnits, codeUnits, before] = [scaleBytes / size, (4 * codeWords) / size, scaleAt / size];
  const source = sourceUnits(bytes, size);
  const codeTarget = unitsOf(codes, size);
  const scaleTarget = unitsOf(scales, size);
  const blocks = words.codes / codeWords;
  let from = 0;
  let to = 0;
  let scale = 0;
  for (let block = 0; block < blocks; block += 1) {
    for (let i = 0; i < before; i += 1) codeTarget[to++] = source[from++] as number;
    for (let i = 0; i < scaleUnits; i += 1) scaleTarget[scale++] = source[from++] as number;
    for (let i = before; i < codeUnits; i += 1) codeTarget[to++] = source[from++] as number;
  }
  return { codes, scales };
}
