// A safetensors file as a map of tensors that are read one at a time. Knows bytes, dtypes and shapes, no model.
// Format: u64 header length (little-endian), JSON header, data section.
import type { BlobLike } from '../../lib/blobLike.ts';
import { concatBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { HeaderFault, parseSafetensorsHeader, type SafetensorsHeader } from './parseSafetensorsHeader.ts';

export interface SafetensorsTensor {
  readonly name: string;
  /** As the file names it: F32, F16, BF16, I64, ... */
  readonly dtype: string;
  /** Row-major, slowest dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  readonly byteLength: number;
  read(signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Only these entries of the slowest dimension. */
  readRows(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** The reference implementation's own limit: a longer header is a mistake or an attack. */
const MAX_HEADER_BYTES = 100_000_000;
/** Size of the first read: it covers the headers of most files, so that a remote file takes one request. */
const FIRST_PREFIX = 1 << 16;

function refuse(file: string, message: string, place: string, truncated = false): TributaryError {
  return new TributaryError({
    code: truncated ? 'SAFETENSORS_TRUNCATED' : 'SAFETENSORS_INVALID',
    message: `The safetensors file is ${truncated ? 'incomplete' : 'not valid'}: ${message}`,
    facts: { file, place },
    hint: truncated ? 'Download the file again.' : 'Get the file again from its source, or save it again.',
  });
}

async function readHeader(file: string, blob: BlobLike): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  if (blob.size < 8)
    throw refuse(file, `it has ${blob.size} bytes, fewer than its 8-byte header length.`, 'byte 0', true);
  const prefix = new Uint8Array(await blob.slice(0, Math.min(FIRST_PREFIX, blob.size)).arrayBuffer());
  if (prefix.byteLength < 8) throw refuse(file, 'it ended while it was read.', 'byte 0', true);
  const headerLength = new DataView(prefix.buffer).getBigUint64(0, true);
  if (headerLength > BigInt(blob.size - 8)) {
    throw refuse(
      file,
      `its header of ${headerLength} bytes goes past the end of the file (${blob.size} bytes).`,
      'byte 0',
      true,
    );
  }
  if (headerLength > MAX_HEADER_BYTES)
    throw refuse(file, `its header has ${headerLength} bytes, more than ${MAX_HEADER_BYTES}.`, 'byte 0');
  const dataStart = 8 + Number(headerLength);
  const rest =
    dataStart > prefix.byteLength ? await blob.slice(prefix.byteLength, dataStart).arrayBuffer() : new ArrayBuffer();
  const bytes = concatBytes([prefix.subarray(8, dataStart), new Uint8Array(rest)]);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The decoder's own error does not say where.
    throw refuse(file, 'its header is not UTF-8.', 'header');
  }
  try {
    return { header: parseSafetensorsHeader(text, blob.size - dataStart), dataStart };
  } catch (error) {
    if (error instanceof HeaderFault) throw refuse(file, error.message, error.place);
    throw error;
  }
}

/**
 * Opens a safetensors file. Reads only the header; a tensor's bytes are read on `read()`.
 * Throws `SAFETENSORS_INVALID` or `SAFETENSORS_TRUNCATED`, with the file and the place in it.
 */
export async function openSafetensors(parameters: {
  readonly name: string;
  readonly blob: BlobLike;
}): Promise<SafetensorsFile> {
  const { name: file, blob } = parameters;
  const { header, dataStart } = await readHeader(file, blob);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.entries) {
    const readRange = async (from: number, to: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(await blob.slice(dataStart + from, dataStart + to).arrayBuffer());
      // A dropped file may shrink on disk after it was opened.
      if (bytes.byteLength !== to - from) throw refuse(file, `tensor ${name} ended early.`, `tensor ${name}`, true);
      return bytes;
    };
    const rowBytes = (end - begin) / (shape[0] || 1);
    tensors.set(name, {
      name,
      dtype,
      shape,
      byteLength: end - begin,
      read: (signal) => readRange(begin, end, signal),
      readRows: (first, count, signal) =>
        readRange(begin + first * rowBytes, begin + (first + count) * rowBytes, signal),
    });
  }
  return { metadata: header.metadata, tensors };
}
