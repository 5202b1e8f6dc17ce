// The header of a GGUF file, versions 2 and 3: key-values and the list of tensors, checked against each other and against
// the file's size before anything else is read. Knows the container, no model. Strict: everything that llama.cpp or the `gguf`
// package refuses is refused, and so are overlaps, misaligned offsets and false lengths.
import type { BlobLike } from '../../lib/blobLike.ts';
import { concatBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { GgufCursor, GgufFault, PrefixTooShort } from './ggufCursor.ts';
import { type GgufTensorType, ggufTensorTypes } from './ggufTensorTypes.ts';

export type GgufNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;
export type GgufArray = readonly string[] | GgufNumbers | readonly GgufArray[];
export type GgufValue =
  | { readonly type: 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64'; readonly value: number }
  | { readonly type: 'u64' | 'i64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly value: GgufArray };

export interface GgufTensorInfo {
  readonly name: string;
  readonly type: GgufTensorType;
  /** Row-major, slowest first: the reverse of the order in the file. */
  readonly shape: readonly number[];
  /** Byte range in the file. */
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

const MAX_KEY_LENGTH = 65_535;
const MAX_TENSOR_NAME_LENGTH = 64;
/** No writer nests arrays, but the specification allows it. */
const MAX_ARRAY_DEPTH = 4;
const FIRST_PREFIX = 1 << 20;

const numberTypes = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32'] as const;
const arrayMakers = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array] as const;
const [typeBool, typeString, typeArray, typeU64, typeI64, typeF64] = [7, 8, 9, 10, 11, 12] as const;

function readBool(cursor: GgufCursor, what: string): boolean {
  const byte = cursor.u8(what);
  if (byte > 1) cursor.fail(`${what} is ${byte}, neither true (1) nor false (0).`);
  return byte === 1;
}

function readArray(cursor: GgufCursor, what: string, depth: number): GgufArray {
  if (depth > MAX_ARRAY_DEPTH) cursor.fail(`${what} is an array nested more than ${MAX_ARRAY_DEPTH} deep.`);
  const type = cursor.u32(`the element type of ${what}`);
  const lengthOf = (elementBytes: number): number => cursor.count(elementBytes, `the length of ${what}`);
  const numberType = numberTypes[type];
  const Maker = arrayMakers[type];
  if (numberType !== undefined && Maker !== undefined) {
    const values = new Maker(lengthOf(Maker.BYTES_PER_ELEMENT));
    for (let index = 0; index < values.length; index += 1) values[index] = cursor[numberType](what);
    return values;
  }
  if (type === typeBool) return Uint8Array.from({ length: lengthOf(1) }, () => Number(readBool(cursor, what)));
  if (type === typeU64) return BigUint64Array.from({ length: lengthOf(8) }, () => cursor.u64(what));
  if (type === typeI64) return BigInt64Array.from({ length: lengthOf(8) }, () => cursor.i64(what));
  if (type === typeF64) return Float64Array.from({ length: lengthOf(8) }, () => cursor.f64(what));
  if (type === typeString) return Array.from({ length: lengthOf(8) }, () => cursor.string(what));
  if (type === typeArray) return Array.from({ length: lengthOf(12) }, () => readArray(cursor, what, depth + 1));
  return cursor.fail(`${what} has elements of the unknown type ${type}.`);
}

function readValue(cursor: GgufCursor, what: string): GgufValue {
  const type = cursor.u32(`the type of ${what}`);
  const numberType = numberTypes[type];
  if (numberType !== undefined) return { type: numberType, value: cursor[numberType](what) };
  if (type === typeBool) return { type: 'bool', value: readBool(cursor, what) };
  if (type === typeString) return { type: 'string', value: cursor.string(what) };
  if (type === typeArray) return { type: 'array', value: readArray(cursor, what, 1) };
  if (type === typeU64) return { type: 'u64', value: cursor.u64(what) };
  if (type === typeI64) return { type: 'i64', value: cursor.i64(what) };
  if (type === typeF64) return { type: 'f64', value: cursor.f64(what) };
  return cursor.fail(`${what} has the unknown type ${type}.`);
}

function readMetadata(cursor: GgufCursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < count; index += 1) {
    const key = cursor.string(`key ${index}`, MAX_KEY_LENGTH);
    if (metadata.has(key)) cursor.fail(`the key ${JSON.stringify(key)} is there twice.`);
    metadata.set(key, readValue(cursor, `the value of ${key}`));
  }
  return metadata;
}

function alignmentOf(cursor: GgufCursor, metadata: ReadonlyMap<string, GgufValue>): number {
  const entry = metadata.get('general.alignment');
  if (entry === undefined) return 32;
  if (entry.type !== 'u32') return cursor.fail(`general.alignment is of type ${entry.type}, not u32.`);
  const { value } = entry;
  if (value === 0 || (value & (value - 1)) !== 0) cursor.fail(`general.alignment is ${value}, no power of two.`);
  return value;
}

interface TensorPlace extends Omit<GgufTensorInfo, 'begin' | 'end'> {
  readonly offset: bigint;
  readonly byteLength: bigint;
}

function readTensorPlace(cursor: GgufCursor, index: number, alignment: number): TensorPlace {
  const name = cursor.string(`the name of tensor ${index}`, MAX_TENSOR_NAME_LENGTH);
  const what = `tensor ${JSON.stringify(name)}`;
  const dimensionCount = cursor.u32(`the number of dimensions of ${what}`);
  if (dimensionCount < 1 || dimensionCount > 4) cursor.fail(`${what} has ${dimensionCount} dimensions, not 1 to 4.`);
  const dimensions = Array.from({ length: dimensionCount }, () => cursor.u64(`the dimensions of ${what}`));
  const typeNumber = cursor.u32(`the type of ${what}`);
  const type = ggufTensorTypes.get(typeNumber);
  if (type === undefined) return cursor.fail(`${what} has the unknown type ${typeNumber}.`);
  const offset = cursor.u64(`the offset of ${what}`);
  if (dimensions.includes(0n)) cursor.fail(`${what} has a dimension of 0.`);
  const [rowLength = 1n] = dimensions;
  if (rowLength % BigInt(type.elements) !== 0n) {
    cursor.fail(`${what} has rows of ${rowLength}, no multiple of the ${type.name} block of ${type.elements}.`);
  }
  // In BigInt: a product that overflows would make a huge tensor look small.
  const elements = dimensions.reduce((product, size) => product * size, 1n);
  const byteLength = (elements / BigInt(type.elements)) * BigInt(type.bytes);
  if (byteLength > BigInt(cursor.fileSize))
    throw new GgufFault(`${what} needs ${byteLength} bytes, more than the file has.`, cursor.offset, true);
  if (offset % BigInt(alignment) !== 0n)
    cursor.fail(`the offset ${offset} of ${what} is no multiple of the alignment ${alignment}.`);
  return { name, type, shape: dimensions.map(Number).reverse(), offset, byteLength };
}

function placeTensors(
  cursor: GgufCursor,
  places: readonly TensorPlace[],
  alignment: number,
): Map<string, GgufTensorInfo> {
  const dataStart = Math.ceil(cursor.offset / alignment) * alignment;
  const tensors = new Map<string, GgufTensorInfo>();
  for (const { name, type, shape, offset, byteLength } of places) {
    const what = `tensor ${JSON.stringify(name)}`;
    if (BigInt(dataStart) + offset + byteLength > BigInt(cursor.fileSize)) {
      throw new GgufFault(
        `the data of ${what} goes past the end of the file (${cursor.fileSize} bytes).`,
        cursor.offset,
        true,
      );
    }
    if (tensors.has(name)) cursor.fail(`${what} is there twice.`);
    const begin = dataStart + Number(offset);
    tensors.set(name, { name, type, shape, begin, end: begin + Number(byteLength) });
  }
  let covered = dataStart;
  for (const { name, begin, end } of [...tensors.values()].sort((left, right) => left.begin - right.begin)) {
    if (begin < covered) cursor.fail(`the data of tensor ${JSON.stringify(name)} overlaps another tensor's.`);
    covered = end;
  }
  return tensors;
}

function parseHeader(cursor: GgufCursor): GgufHeader {
  const magic = cursor.u32('the magic number');
  if (magic !== 0x46554747) throw new GgufFault('it does not begin with "GGUF".', 0);
  const version = cursor.u32('the version');
  if (version !== 2 && version !== 3) {
    const bigEndian = (version & 0xffff) === 0 && version !== 0;
    throw new GgufFault(
      bigEndian
        ? 'it is big-endian; only little-endian files are read.'
        : `its version is ${version}; versions 2 and 3 are read.`,
      4,
    );
  }
  // Minimum sizes: name length + dimension count + one dimension + type + offset; key length + type + one byte.
  const tensorCount = cursor.count(32, 'the number of tensors');
  const keyCount = cursor.count(13, 'the number of key-values');
  const metadata = readMetadata(cursor, keyCount);
  const alignment = alignmentOf(cursor, metadata);
  const places: TensorPlace[] = [];
  for (let index = 0; index < tensorCount; index += 1) places.push(readTensorPlace(cursor, index, alignment));
  return { version, metadata, tensors: placeTensors(cursor, places, alignment) };
}

/**
 * Reads and checks a GGUF header in ranges: the first MiB, then as much again until the header is complete.
 * Throws `GGUF_TRUNCATED` or `GGUF_INVALID` with the file and the byte offset.
 */
export async function readGgufHeader(parameters: {
  readonly name: string;
  readonly blob: BlobLike;
}): Promise<GgufHeader> {
  const { name: file, blob } = parameters;
  let wanted = FIRST_PREFIX;
  let prefix = new Uint8Array();
  for (;;) {
    const more = await blob.slice(prefix.byteLength, Math.min(wanted, blob.size)).arrayBuffer();
    prefix = concatBytes([prefix, new Uint8Array(more)]);
    try {
      return parseHeader(new GgufCursor(prefix, blob.size));
    } catch (error) {
      if (error instanceof PrefixTooShort) {
        wanted = Math.max(2 * wanted, error.length);
        continue;
      }
      if (!(error instanceof GgufFault)) throw error;
      throw new TributaryError({
        code: error.truncated ? 'GGUF_TRUNCATED' : 'GGUF_INVALID',
        message: `The GGUF file is ${error.truncated ? 'incomplete' : 'not valid'}: ${error.message}`,
        facts: { file, offset: error.offset },
        hint: error.truncated
          ? 'Download the file again.'
          : 'Get the file again from its source, or convert the model again.',
      });
    }
  }
}
