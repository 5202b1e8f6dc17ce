// The engine's own file as a `ModelFile`. Its data is in device layout: loading reads and uploads, and converts nothing.
import type { BlobLike } from '../../lib/blobLike.ts';
import { concatBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';
import { joinWeight } from '../quant/joinWeight.ts';
import { PackedFault } from './packedFault.ts';
import {
  alignPacked,
  PACKED_MAGIC,
  PACKED_PREFIX,
  PACKED_VERSION,
  type PackedRange,
  type PackedTensor,
} from './packedHeader.ts';
import { parsePackedHeader } from './parsePackedHeader.ts';

/** Size of the first read: it covers the header of a model without a large tokenizer. */
const FIRST_PREFIX = 1 << 20;
const MAX_HEADER_BYTES = 256 << 20;

function refuse(file: string, { message, place, truncated }: PackedFault): TributaryError {
  return new TributaryError({
    code: truncated ? 'PACKED_TRUNCATED' : 'PACKED_INVALID',
    message: `The packed model file is ${truncated ? 'incomplete' : 'not valid'}: ${message}`,
    facts: { file, place },
    hint: 'Delete the model and install it again.',
  });
}

async function readHead(blob: BlobLike): Promise<{ text: string; dataStart: number }> {
  const prefix = new Uint8Array(await blob.slice(0, Math.min(FIRST_PREFIX, blob.size)).arrayBuffer());
  if (prefix.byteLength < PACKED_PREFIX)
    throw new PackedFault(`it has ${prefix.byteLength} bytes, fewer than its first ${PACKED_PREFIX}.`, 'byte 0', true);
  if (new TextDecoder('latin1').decode(prefix.subarray(0, PACKED_MAGIC.length)) !== PACKED_MAGIC)
    throw new PackedFault(`it does not begin with "${PACKED_MAGIC}".`, 'byte 0');
  const view = new DataView(prefix.buffer);
  const version = view.getUint32(8, true);
  if (version !== PACKED_VERSION)
    throw new PackedFault(`its version is ${version}; version ${PACKED_VERSION} is read.`, 'byte 8');
  if (view.getUint32(12, true) !== 0) throw new PackedFault('bytes that should be zero are not.', 'byte 12');
  const length = view.getBigUint64(16, true);
  if (length > BigInt(blob.size - PACKED_PREFIX))
    throw new PackedFault(`its header of ${length} bytes goes past the end of the file.`, 'byte 16', true);
  if (length > MAX_HEADER_BYTES)
    throw new PackedFault(`its header has ${length} bytes, more than ${MAX_HEADER_BYTES}.`, 'byte 16');
  const end = PACKED_PREFIX + Number(length);
  const rest = end > prefix.byteLength ? await blob.slice(prefix.byteLength, end).arrayBuffer() : new ArrayBuffer();
  const bytes = concatBytes([prefix.subarray(PACKED_PREFIX, end), new Uint8Array(rest)]);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, dataStart: alignPacked(end) };
  } catch {
    // The decoder's own error does not say where.
    throw new PackedFault('its header is not UTF-8.', 'header');
  }
}

function storedTensor(blob: BlobLike, file: string, dataStart: number, tensor: PackedTensor): StoredTensor {
  const { name, format, shape, codes, scales } = tensor;
  const [rows = 1, columns = 1] = shape.length === 2 ? shape : [1, shape[0] ?? 1];

  async function readBytes(
    [begin]: PackedRange,
    from: number,
    length: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const at = dataStart + begin + from;
    const bytes = new Uint8Array(await blob.slice(at, at + length).arrayBuffer());
    if (bytes.byteLength === length) return bytes;
    throw refuse(file, new PackedFault('it became shorter while it was read.', `tensor ${name}`, true));
  }

  const readRows: StoredTensor['readRows'] = async (first, count, signal) => {
    if (format === 'f32') {
      const rowBytes = shape.length === 2 ? 4 * columns : 4;
      return await readBytes(codes, first * rowBytes, count * rowBytes, signal);
    }
    const { elements, codeWords, scaleBytes } = deviceLayout(format);
    const blocks = Math.ceil(columns / elements);
    const part = (range: PackedRange, blockBytes: number): Promise<Uint8Array<ArrayBuffer>> =>
      readBytes(range, first * blocks * blockBytes, count * blocks * blockBytes, signal);
    const own = await part(codes, 4 * codeWords);
    const apart = scales === undefined ? new Uint8Array() : await part(scales, scaleBytes);
    return joinWeight(format, own, apart, count, columns);
  };
  const all = shape.length === 2 ? rows : columns;
  return {
    name,
    format,
    shape,
    read: (signal) => readRows(0, all, signal),
    readRows,
    async readWords(part, first, count, signal) {
      const range = part === 'codes' ? codes : (scales ?? codes);
      return new Uint32Array((await readBytes(range, 4 * first, 4 * count, signal)).buffer);
    },
  };
}

/**
 * Opens a packed file. Reads only its header, in one or two requests. Throws `PACKED_TRUNCATED` or `PACKED_INVALID` with the file and
 * the place in it, `MODEL_*` for an unsupported model.
 */
export async function openPacked(parameters: { readonly name: string; readonly blob: BlobLike }): Promise<ModelFile> {
  const { name: file, blob } = parameters;
  try {
    const { text, dataStart } = await readHead(blob);
    const header = parsePackedHeader(text, Math.max(0, blob.size - dataStart));
    const { config, sources, tokenizerJson, tokenizerConfig, chatTemplate } = header;
    return {
      container: 'packed',
      config,
      tensors: new Map(header.tensors.map((tensor) => [tensor.name, storedTensor(blob, file, dataStart, tensor)])),
      ...(tokenizerJson === undefined ? {} : { tokenizerJson }),
      ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
      ...(chatTemplate === undefined ? {} : { chatTemplate }),
      byteLength: blob.size,
      sources,
    };
  } catch (error) {
    throw error instanceof PackedFault ? refuse(file, error) : error;
  }
}
