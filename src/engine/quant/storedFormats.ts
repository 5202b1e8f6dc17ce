// Sizes of the storage formats: a row is cut into blocks of so many elements, each of so many bytes.
import { TributaryError } from '../../lib/errors.ts';
import type { StoredFormat } from '../modelFile.ts';

export interface BlockSize {
  readonly elements: number;
  readonly bytes: number;
}

export const storedFormats: Readonly<Record<StoredFormat, BlockSize>> = {
  f32: { elements: 1, bytes: 4 },
  f16: { elements: 1, bytes: 2 },
  bf16: { elements: 1, bytes: 2 },
  q4_0: { elements: 32, bytes: 18 },
  q4_1: { elements: 32, bytes: 20 },
  q5_0: { elements: 32, bytes: 22 },
  q5_1: { elements: 32, bytes: 24 },
  q8_0: { elements: 32, bytes: 34 },
  q2_k: { elements: 256, bytes: 84 },
  q3_k: { elements: 256, bytes: 110 },
  q4_k: { elements: 256, bytes: 144 },
  q5_k: { elements: 256, bytes: 176 },
  q6_k: { elements: 256, bytes: 210 },
  iq4_nl: { elements: 32, bytes: 18 },
  iq4_xs: { elements: 256, bytes: 136 },
  mxfp4: { elements: 32, bytes: 17 },
};

/** Where the f16 scales and minima of a stored block are. */
export const scaleHalves: Readonly<Record<Exclude<StoredFormat, 'f32' | 'f16' | 'bf16' | 'mxfp4'>, readonly number[]>> =
  {
    q4_0: [0],
    q4_1: [0, 2],
    q5_0: [0],
    q5_1: [0, 2],
    q8_0: [0],
    q2_k: [80, 82],
    q3_k: [108],
    q4_k: [0, 2],
    q5_k: [0, 2],
    q6_k: [208],
    iq4_nl: [0],
    iq4_xs: [0],
  };

/** Bytes of one row of `columns` elements; a last block that is not full is padded. */
export function storedRowBytes(format: StoredFormat, columns: number): number {
  const { elements, bytes } = storedFormats[format];
  return Math.ceil(columns / elements) * bytes;
}

/** Throws `TENSOR_SIZE_MISMATCH` unless `bytes` is exactly what `rows` rows of `columns` need. */
export function checkStoredSize(format: StoredFormat, bytes: Uint8Array, rows: number, columns: number): void {
  const needed = rows * storedRowBytes(format, columns);
  if (bytes.byteLength === needed) return;
  throw new TributaryError({
    code: 'TENSOR_SIZE_MISMATCH',
    message: `A ${format} tensor of ${rows} rows of ${columns} needs ${needed} bytes, and ${bytes.byteLength} are given.`,
    facts: { format, rows, columns, needed, given: bytes.byteLength },
    hint: 'Get the model file again from its source.',
  });
}
