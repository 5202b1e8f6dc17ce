// The rows of a Parquet file (the library hyparquet), as the Hugging Face Hub and pandas write them.
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Json } from '../lib/canonicalJson.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import { checkParquetFooter, checkParquetPages } from './checkParquetPages.ts';
import { fileTooLarge } from './fileTooLarge.ts';
import { MAX_CONTRIBUTION_ROWS, MAX_FILE_BYTES, MAX_ROW_DEPTH } from './limits.ts';
import type { SourceItem } from './sourceItem.ts';

/** A value takes at least so much where it is unpacked. */
const VALUE_BYTES = 8;

/** Codecs that the library brings; the others would be libraries of their own. */
const CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY'];

interface CellNotes {
  /** An integer that a program would round: its digits are kept as text. */
  readonly onExact: () => void;
  /** Bytes, such as those of a picture, which no row can hold. */
  readonly onBytes: () => void;
}

/** A cell as JSON. */
function toJson(value: unknown, notes: CellNotes, depth = 0): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    notes.onExact();
    return String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) {
    notes.onBytes();
    return null;
  }
  if (typeof value !== 'object' || depth > MAX_ROW_DEPTH) return value as Json;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, (item) => toJson(item, notes, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, notes, depth + 1)]));
}

export interface ReadParquetParameters {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileName: string;
}

/** Rows in order; the number of a row is its line. Throws `FILE_TOO_LARGE`, `FILE_DAMAGED`, `PARQUET_CODEC`. */
export async function* readParquet({ bytes, fileName }: ReadParquetParameters): AsyncGenerator<SourceItem> {
  const file = {
    byteLength: bytes.byteLength,
    slice: (start: number, end?: number) =>
      bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + (end ?? bytes.byteLength)),
  };
  try {
    checkParquetFooter(bytes);
    const metadata = await parquetMetadataAsync(file);
    const columns = metadata.row_groups.flatMap((group) => group.columns.flatMap(({ meta_data }) => meta_data ?? []));
    const bytesOf = (column: (typeof columns)[number]): number =>
      // A run of equal values takes next to nothing in the file.
      Math.max(0, Number(column.total_uncompressed_size), VALUE_BYTES * Number(column.num_values));
    const unpacked = columns.reduce((sum, column) => sum + bytesOf(column), 0);
    const count = Number(metadata.num_rows);
    if (!(unpacked <= MAX_FILE_BYTES) || !(count <= MAX_CONTRIBUTION_ROWS)) throw fileTooLarge(fileName, unpacked);
    const codec = columns.find((column) => !CODECS.includes(column.codec))?.codec;
    if (codec !== undefined)
      throw new TributaryError({
        code: 'PARQUET_CODEC',
        message: `This Parquet file is compressed with ${codec}, which cannot be read here.`,
        facts: { file: fileName, codec },
        hint: 'Write it again with Snappy, or as JSON lines.',
      });
    checkParquetPages(bytes, metadata);
    // Group by group: the library reads the columns of a group from its beginning, however few of its rows are asked for.
    let start = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = Math.min(count, start + Number(group.num_rows));
      const rows = rowEnd > start ? await parquetReadObjects({ file, metadata, rowStart: start, rowEnd }) : [];
      for (const [index, row] of rows.entries()) {
        const line = start + index + 1;
        const place = { line, column: 1 };
        const exactNumbers: { field: string; place: typeof place }[] = [];
        const unused: string[] = [];
        const record = Object.fromEntries(
          Object.entries(row).map(([field, cell]) => [
            field,
            toJson(cell, {
              onExact: () => void exactNumbers.push({ field, place }),
              onBytes: () => void unused.push(field),
            }),
          ]),
        );
        yield {
          kind: 'record',
          record,
          start: place,
          place: () => place,
          exactNumbers,
          unused,
          line,
          endLine: line,
          end: line,
        };
      }
      start = Math.max(start, rowEnd);
    }
  } catch (error) {
    if (error instanceof TributaryError) throw error;
    throw new TributaryError({
      code: 'FILE_DAMAGED',
      message: 'The compressed file is damaged or incomplete.',
      facts: { file: fileName },
      hint: 'Download or compress it again.',
      cause: toTributaryError(error),
    });
  }
}
