// A stored matrix in device words, a few rows at a time: loading uploads them, packing writes them. A large tensor is never in
// memory as a whole.
import type { WeightFormat } from '../backend.ts';
import { dequantize } from '../formats/dequantize.ts';
import { weightWords } from '../formats/deviceLayout.ts';
import { fileRowBytes } from '../formats/fileLayout.ts';
import { halfBits } from '../formats/halfFloat.ts';
import type { StoredTensor } from '../modelFile.ts';
import { checkFinite, weightNotFinite } from './checkFinite.ts';
import { packWeight } from './packWeight.ts';
import { quantize } from './quantize.ts';

export interface WeightRows {
  readonly firstRow: number;
  readonly rows: number;
  /** Words from `weightWords(format, firstRow, columns)` on; plain values for f32. */
  readonly codes: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Empty if the format has none. */
  readonly scales: Uint32Array<ArrayBuffer>;
}

/** Bytes read at a time. */
const READ_BYTES = 4 << 20;
/** Values converted at a time. */
const CONVERTED_VALUES = 1 << 18;

/** Rows per group, each of `rowBytes`: a multiple of four, so that the scales of a group start at a word boundary. */
const groupRows = (bytes: number, rowBytes: number): number => Math.max(4, Math.floor(bytes / rowBytes / 4) * 4);

function* rowGroups(first: number, end: number, count: number): Generator<readonly [number, number]> {
  for (let row = first; row < end; row += count) yield [row, Math.min(count, end - row)];
}

const noScales = new Uint32Array();

/** f32 rows in a chosen format. Throws `MODEL_WEIGHT_NOT_FINITE` for values that overflow f16. */
function encodeRows(
  tensor: string,
  format: WeightFormat,
  values: Float32Array<ArrayBuffer>,
  firstRow: number,
  columns: number,
): Omit<WeightRows, 'firstRow' | 'rows'> {
  if (format === 'f32') return { codes: values, scales: noScales };
  const rows = values.length / columns;
  if (format !== 'f16') return packWeight(format, quantize(format, values, rows, columns), rows, columns);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const half = halfBits(values[index] as number);
    if ((half & 0x7c00) === 0x7c00) {
      const place = [firstRow + Math.floor(index / columns), index % columns] as const;
      throw weightNotFinite(tensor, ...place, `${values[index]}, too large for f16`);
    }
    halves[index] = half;
  }
  return packWeight('f16', new Uint8Array(halves.buffer), rows, columns);
}

/** The words of a packed file, which are already in device layout. */
async function* packedRows(
  { shape, format, readWords }: StoredTensor & { readonly readWords: NonNullable<StoredTensor['readWords']> },
  signal: AbortSignal | undefined,
): AsyncGenerator<WeightRows> {
  const [rows = 0, columns = 0] = shape;
  const rowBytes = Math.max(1, (4 * weightWords(format, rows, columns).codes) / rows);
  for (const [firstRow, count] of rowGroups(0, rows, groupRows(READ_BYTES, rowBytes))) {
    const before = weightWords(format, firstRow, columns);
    const own = weightWords(format, count, columns);
    const words = await readWords('codes', before.codes, own.codes, signal);
    const scales = own.scales === 0 ? noScales : await readWords('scales', before.scales, own.scales, signal);
    const codes = format === 'f32' ? new Float32Array(words.buffer) : words;
    yield { firstRow, rows: count, codes, scales };
  }
}

/**
 * All rows of a matrix in `format`, in order. Throws `MODEL_WEIGHT_NOT_FINITE`, read errors, and the signal's reason.
 * Memory: a few MiB, or four rows if those are longer.
 */
export async function* weightRows(
  stored: StoredTensor,
  format: WeightFormat,
  signal?: AbortSignal,
): AsyncGenerator<WeightRows> {
  const { name, shape, readWords } = stored;
  if (readWords !== undefined && stored.format === format) {
    yield* packedRows({ ...stored, readWords }, signal);
    return;
  }
  const [rows = 0, columns = 0] = shape;
  const rowBytes = fileRowBytes(stored.format, columns);
  for (const [firstRow, count] of rowGroups(0, rows, groupRows(READ_BYTES, rowBytes))) {
    const bytes = await stored.readRows(firstRow, count, signal);
    checkFinite(name, stored.format, bytes, firstRow, columns);
    if (stored.format === format) {
      const packed =
        format === 'f32'
          ? { codes: dequantize('f32', bytes, count, columns), scales: noScales }
          : packWeight(format, bytes, count, columns);
      yield { firstRow, rows: count, ...packed };
      continue;
    }
    for (const [row, some] of rowGroups(0, count, groupRows(CONVERTED_VALUES, columns))) {
      const part = bytes.subarray(row * rowBytes, (row + some) * rowBytes);
      const values = dequantize(stored.format, part, some, columns);
      yield { firstRow: firstRow + row, rows: some, ...encodeRows(name, format, values, firstRow + row, columns) };
    }
  }
}
