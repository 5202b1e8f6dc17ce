// What a Parquet file states of itself, before the library that unpacks it believes it: numbers of values, lengths of lists and runs, and
// sizes of pages. One byte of a file could make it write two thousand million values.
// Format: parquet.apache.org/docs/file-format, Thrift's compact protocol.
import { type ColumnMetaData, type FileMetaData, parquetSchema, type SchemaTree, snappyUncompress } from 'hyparquet';
import { MAX_FILE_BYTES } from './limits.ts';

/** What is in one field of a Thrift struct, by its number. */
type Struct = ReadonlyMap<number, unknown>;

const MAX_THRIFT_DEPTH = 32;
/** Snappy writes at most 64 bytes for a copy of 2. */
const MAX_SNAPPY_RATIO = 32;
/** Values with which a writer fills the last group of a run. */
const PADDING = 512;

/** What is wrong; the reader of the file says where. */
class ParquetFault extends Error {}

function fail(reason: string): never {
  throw new ParquetFault(reason);
}

function openThrift(bytes: Uint8Array, start: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = start;
  const skip = (length: number): void => {
    if (length < 0 || length > bytes.byteLength - offset) fail(`${length} bytes are stated and not there`);
    offset += length;
  };
  const byte = (): number => view.getUint8(offset++);
  function variable(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const part = byte();
      value |= BigInt(part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
    return fail('a number does not end');
  }
  const signed = (): number => {
    const value = variable();
    return Number((value >> 1n) ^ -(value & 1n));
  };
  function list(depth: number): void {
    const head = byte();
    const length = head >> 4 === 15 ? Number(variable()) : head >> 4;
    // Each has a byte or more.
    if (length > bytes.byteLength - offset) fail(`a list of ${length} in fewer bytes`);
    const type = head & 15;
    for (let index = 0; index < length; index += 1) type < 3 ? byte() : element(type, depth + 1);
  }
  function element(type: number, depth: number): unknown {
    if (depth > MAX_THRIFT_DEPTH) fail('it is nested too deeply');
    if (type === 1 || type === 2) return type === 1;
    if (type === 3) return byte();
    if (type >= 4 && type <= 6) return signed();
    if (type === 7) return skip(8);
    if (type === 8) return skip(Number(variable()));
    if (type === 9) return list(depth);
    if (type === 12) return struct(depth + 1);
    return fail(`the type ${type} is unknown`);
  }
  function struct(depth: number): Struct {
    const fields = new Map<number, unknown>();
    for (let id = 0; ; ) {
      const head = byte();
      if ((head & 15) === 0) return fields;
      id = head >> 4 === 0 ? signed() : id + (head >> 4);
      fields.set(id, element(head & 15, depth));
    }
  }
  return { struct: () => struct(0), offset: () => offset };
}

/** Checks the lengths within the file's metadata. Throws what the caller calls damage. */
export function checkParquetFooter(bytes: Uint8Array): void {
  // What would stand before its beginning is refused by the view.
  const end = bytes.byteLength - 8;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(end, true);
  openThrift(bytes.subarray(0, end), end - length).struct();
}

/** Runs of a hybrid of run lengths and bit packing that hold `count` values. */
function checkRuns(bytes: Uint8Array, start: number, width: number, count: number): void {
  if (width > 32) fail(`values of ${width} bits`);
  let [offset, seen] = [start, 0];
  // The library finds out itself where they end too early.
  while (seen < count && offset < bytes.byteLength) {
    let [header, shift, part] = [0, 0, 0x80];
    for (; part >= 0x80 && offset < bytes.byteLength && shift < 35; shift += 7) {
      part = bytes[offset++] as number;
      header += (part & 0x7f) * 2 ** shift;
    }
    // The library keeps 32 bits, as a signed number.
    if (header >= 2 ** 31) fail(`a run of ${header}`);
    const isPacked = header % 2 === 1;
    const groups = Math.floor(header / 2);
    seen += isPacked ? 8 * groups : groups;
    if (seen > count + PADDING) fail(`a run of ${groups} where ${count} values are stated`);
    offset += isPacked ? groups * width : Math.ceil(width / 8);
  }
}

const bitsFor = (largest: number): number => 32 - Math.clz32(largest);

/** The deepest levels of repetition and definition in the column. */
function levelsOf(
  root: SchemaTree,
  path: readonly string[],
): { readonly repetition: number; readonly definition: number } {
  let [node, repetition, definition] = [root, 0, 0];
  for (const name of path) {
    node = node.children.find(({ element }) => element.name === name) ?? fail(`there is no column ${name}`);
    repetition += Number(node.element.repetition_type === 'REPEATED');
    definition += Number(node.element.repetition_type !== 'REQUIRED');
  }
  return { repetition, definition };
}

const whole = (value: unknown, most: number, what: string): number =>
  typeof value === 'number' && value >= 0 && value <= most
    ? value
    : fail(`${what} is ${String(value)}, of at most ${most}`);

function unpack(packed: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
  if (codec !== 'SNAPPY' || size === 0) return packed;
  const page = new Uint8Array(whole(size, MAX_SNAPPY_RATIO * packed.byteLength, 'the size of a page'));
  snappyUncompress(packed, page);
  return page;
}

/** Indexes into a dictionary, or booleans, at `start`. */
function checkValues(page: Uint8Array, start: number, encoding: unknown, isBoolean: boolean, count: number): void {
  const [PLAIN_DICTIONARY, RLE, RLE_DICTIONARY] = [2, 3, 8];
  if (isBoolean && encoding === RLE) checkRuns(page, start + 4, 1, count);
  else if (encoding === PLAIN_DICTIONARY || encoding === RLE || encoding === RLE_DICTIONARY)
    checkRuns(page, start + 1, page[start] ?? 0, count);
}

interface Column {
  readonly meta: ColumnMetaData;
  readonly levels: ReturnType<typeof levelsOf>;
}

/** Level runs of a page of version 1, which say their own length, and then its values. */
function checkPage(page: Uint8Array, header: Struct, { meta, levels }: Column, count: number): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let offset = 0;
  for (const most of [levels.repetition, levels.definition]) {
    if (most === 0) continue;
    checkRuns(page, offset + 4, bitsFor(most), count);
    offset += 4 + view.getUint32(offset, true);
  }
  checkValues(page, offset, header.get(2), meta.type === 'BOOLEAN', count);
}

/** A page of version 2: its levels are not compressed, and its header says their length. */
function checkPage2(packed: Uint8Array, size: number, header: Struct, { meta, levels }: Column, count: number): void {
  const repetition = whole(header.get(6), packed.byteLength, 'the length of levels');
  const definition = whole(header.get(5), packed.byteLength - repetition, 'the length of levels');
  if (levels.repetition > 0) checkRuns(packed, 0, bitsFor(levels.repetition), count);
  if (levels.definition > 0) checkRuns(packed, repetition, bitsFor(levels.definition), count);
  const rest = packed.subarray(repetition + definition);
  const page = header.get(7) === false ? rest : unpack(rest, Math.max(0, size - repetition - definition), meta);
  const valued = count - whole(header.get(2), count, 'the number of nulls');
  checkValues(page, 0, header.get(4), meta.type === 'BOOLEAN', valued);
}

function checkColumn(bytes: Uint8Array, column: Column): void {
  const { meta } = column;
  const start = whole(
    Number(meta.dictionary_page_offset || meta.data_page_offset),
    bytes.byteLength,
    'the place of a column',
  );
  const end = start + whole(Number(meta.total_compressed_size), bytes.byteLength - start, 'the size of a column');
  let left = Number(meta.num_values);
  for (let offset = start; offset < end - 1; ) {
    const thrift = openThrift(bytes.subarray(0, end), offset);
    const header = thrift.struct();
    offset = thrift.offset();
    const length = whole(header.get(3), end - offset, 'the length of a page');
    const size = whole(header.get(2), MAX_FILE_BYTES, 'the size of a page');
    const packed = bytes.subarray(offset, offset + length);
    offset += length;
    const [first, dictionaryHeader, second] = [header.get(5), header.get(7), header.get(8)] as (Struct | undefined)[];
    const kind = [first, undefined, dictionaryHeader, second][whole(header.get(1), 3, 'the type of a page')];
    if (kind === undefined) fail('a page has no header of its type');
    if (kind === dictionaryHeader) {
      whole(kind.get(1), 8 * size, 'the number of values of a dictionary');
      unpack(packed, size, meta);
      continue;
    }
    const count = whole(kind.get(1), left, 'the number of values of a page');
    left -= count;
    if (kind === first) checkPage(unpack(packed, size, meta), kind, column, count);
    else checkPage2(packed, size, kind, column, count);
  }
}

/** Checks every page of the file against what its metadata state, whose sums the caller has bounded. Throws what the caller calls damage. */
export function checkParquetPages(bytes: Uint8Array, metadata: FileMetaData): void {
  const root = parquetSchema(metadata);
  for (const { columns } of metadata.row_groups)
    for (const { meta_data: meta } of columns)
      if (meta !== undefined) checkColumn(bytes, { meta, levels: levelsOf(root, meta.path_in_schema) });
}
