// Sizes of tensors in files: a row is divided into blocks with a fixed number of elements and of bytes.
import { TributaryError } from '../../lib/errors.ts';
import type { FileLayout } from './blockFormat.ts';
import { blockFormat, type WeightFormat } from './blockFormats.ts';

const f32Layout: FileLayout = { elements: 1, bytes: 4 };

export const fileLayout = (format: WeightFormat): FileLayout =>
  format === 'f32' ? f32Layout : blockFormat(format).file;

/** Bytes of one row of `columns` elements; a partial last block is padded. */
export function fileRowBytes(format: WeightFormat, columns: number): number {
  const { elements, bytes } = fileLayout(format);
  return Math.ceil(columns / elements) * bytes;
}

/** Throws `TENSOR_SIZE_MISMATCH` unless `bytes` has exactly the size of `rows` rows of `columns`. */
export function checkFileSize(format: WeightFormat, bytes: Uint8Array, rows: number, columns: number): void {
  const needed = rows * fileRowBytes(format, columns);
  if (bytes.byteLength === needed) return;
  throw new TributaryError({
    code: 'TENSOR_SIZE_MISMATCH',
    message: `A ${format} tensor of ${rows} rows of ${columns} needs ${needed} bytes, and ${bytes.byteLength} are given.`,
    facts: { format, rows, columns, needed, given: bytes.byteLength },
    hint: 'Get the model file again from its source.',
  });
}
