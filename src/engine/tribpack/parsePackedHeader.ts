// Parses the JSON header of a packed file and checks it against itself and against the length of the data. Reads no file.
import { checkModelTensors } from '../checkModel.ts';
import { weightFormats } from '../formats/blockFormats.ts';
import { weightWords } from '../formats/deviceLayout.ts';
import type { ModelConfig } from '../modelConfig.ts';
import type { SourceFile, StoredTensor } from '../modelFile.ts';
import { PackedFault } from './packedFault.ts';
import { PACKED_ALIGNMENT, type PackedHeader, type PackedRange, type PackedTensor } from './packedHeader.ts';
import { packedModelConfig } from './packedModelConfig.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new PackedFault(`${place} is no list.`, place);
  return value;
}

/** A range of exactly `bytes`, inside the data section. */
function range(value: unknown, bytes: number, dataLength: number, place: string): PackedRange {
  const [begin, end, ...others] = Array.isArray(value) ? value : [];
  if (!isSize(begin) || !isSize(end) || others.length > 0)
    throw new PackedFault('a range is not two whole numbers.', place);
  if (begin % PACKED_ALIGNMENT !== 0)
    throw new PackedFault(`a range begins at ${begin}, no multiple of ${PACKED_ALIGNMENT}.`, place);
  if (end - begin !== bytes) throw new PackedFault(`a range has ${end - begin} bytes, not ${bytes}.`, place);
  if (end > dataLength)
    throw new PackedFault(`a range ends at ${end}, past the ${dataLength} bytes of the data.`, place, true);
  return [begin, end];
}

function readTensor(value: unknown, dataLength: number): PackedTensor {
  if (!isObject(value) || typeof value['name'] !== 'string') throw new PackedFault('a tensor has no name.', 'tensors');
  const { name } = value;
  const place = `tensor ${JSON.stringify(name.slice(0, 200))}`;
  const format = weightFormats.find((each) => each === value['format']);
  if (format === undefined) throw new PackedFault('its format is unknown.', place);
  const shape = list(value['shape'], place);
  if (shape.length < 1 || shape.length > 2 || !shape.every((size) => isSize(size) && size > 0 && size < 2 ** 31))
    throw new PackedFault('its shape is not one or two whole numbers.', place);
  const [rows = 1, columns = 1] = (shape.length === 2 ? shape : [1, ...shape]) as number[];
  if (shape.length === 1 && format !== 'f32') throw new PackedFault('a vector is not f32.', place);
  if (rows * columns > Number.MAX_SAFE_INTEGER / 8) throw new PackedFault('its shape is larger than any file.', place);
  const words = weightWords(format, rows, columns);
  const codes = range(value['codes'], 4 * words.codes, dataLength, place);
  if (words.scales === 0 && value['scales'] !== undefined)
    throw new PackedFault(`it has scales, which ${format} has not.`, place);
  return {
    name,
    format,
    shape: shape as number[],
    codes,
    ...(words.scales > 0 ? { scales: range(value['scales'], 4 * words.scales, dataLength, place) } : {}),
  };
}

function checkOverlaps(tensors: Iterable<PackedTensor>): void {
  const ranges = [...tensors].flatMap(({ name, codes, scales }) =>
    [codes, scales].flatMap((each) => (each === undefined ? [] : [{ name, begin: each[0], end: each[1] }])),
  );
  let covered = 0;
  for (const { name, begin, end } of ranges.sort((left, right) => left.begin - right.begin)) {
    if (begin < covered)
      throw new PackedFault('its data overlaps other data.', `tensor ${JSON.stringify(name.slice(0, 200))}`);
    covered = end;
  }
}

function readSource(value: unknown): SourceFile {
  if (!isObject(value) || typeof value['name'] !== 'string' || !isSize(value['byteLength']))
    throw new PackedFault('a source has no name or no size.', 'sources');
  const { name, byteLength, sha256 } = value;
  if (sha256 === undefined) return { name, byteLength };
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw new PackedFault("a source's hash is not 64 hexadecimal digits.", 'sources');
  return { name, byteLength, sha256 };
}

/** Checks the tensors by name, each once, with `checkModelTensors`. */
function byName(config: ModelConfig, tensors: readonly PackedTensor[]): void {
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (named.size !== tensors.length) throw new PackedFault('a tensor is there twice.', 'tensors');
  checkModelTensors(config, named as unknown as ReadonlyMap<string, StoredTensor>);
}

/** Throws `PackedFault`, or `MODEL_*` if the model is at fault and not the file. Memory: proportional to the text. */
export function parsePackedHeader(text: string, dataLength: number): Omit<PackedHeader, 'choices'> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    // The parser's own message does not help.
    throw new PackedFault('its header is not JSON.', 'header');
  }
  if (!isObject(header)) throw new PackedFault('its header is no object.', 'header');
  const config = packedModelConfig(header['config']);
  const tensors = list(header['tensors'], 'tensors').map((tensor) => readTensor(tensor, dataLength));
  checkOverlaps(tensors);
  byName(config, tensors);
  const { engine, tokenizerJson, tokenizerConfig, chatTemplate } = header;
  if (typeof engine !== 'string') throw new PackedFault('it does not say what wrote it.', 'engine');
  for (const [name, value] of Object.entries({ tokenizerJson, tokenizerConfig })) {
    if (value !== undefined && !isObject(value)) throw new PackedFault(`${name} is no object.`, name);
  }
  if (chatTemplate !== undefined && typeof chatTemplate !== 'string')
    throw new PackedFault('the chat template is no text.', 'chatTemplate');
  return {
    engine,
    config,
    sources: list(header['sources'], 'sources').map(readSource),
    ...(tokenizerJson === undefined ? {} : { tokenizerJson: tokenizerJson as Record<string, unknown> }),
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig: tokenizerConfig as Record<string, unknown> }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    tensors,
  };
}
