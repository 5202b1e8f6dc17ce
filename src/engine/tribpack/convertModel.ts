// Converts a model to the engine's own file as a stream: each tensor is read, converted and emitted a few rows at a time.
import { concatBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { dequantize } from '../formats/dequantize.ts';
import type { ModelFile, SourceFile, StoredTensor } from '../modelFile.ts';
import { checkFinite } from '../quant/checkFinite.ts';
import type { QuantizationChoices } from '../quant/quantizationChoices.ts';
import { weightRows } from '../quant/weightRows.ts';
import { alignPacked } from './packedHeader.ts';
import { planPacked } from './planPacked.ts';

export interface ConvertModelOptions {
  /** Stored in the header, with their hashes. Default: names and sizes of the opened files. */
  readonly sources?: readonly SourceFile[] | undefined;
  /** Resumes at this tensor, counted from 0, after an earlier attempt with the same file and choices. Default: 0. */
  readonly fromTensor?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** Consecutive bytes of the file. */
export interface PackedPiece {
  /** Their position in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Tensors that are complete with this piece: where a later attempt may resume. */
  readonly completeTensors: number;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The words of a tensor: all codes, in pieces, then all scales. */
async function* tensorWords(
  stored: StoredTensor,
  format: StoredTensor['format'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (stored.shape.length < 2) {
    const [length = 1] = stored.shape;
    const bytes = await stored.read(signal);
    checkFinite(stored.name, stored.format, bytes, 0, length);
    yield bytesOf(dequantize(stored.format, bytes, 1, length));
    return;
  }
  const scales: Uint8Array[] = [];
  for await (const part of weightRows(stored, format, signal)) {
    if (part.scales.length > 0) scales.push(bytesOf(part.scales));
    yield bytesOf(part.codes);
  }
  if (scales.length > 0) yield concatBytes(scales);
}

/**
 * The packed file of `file`, as contiguous pieces in the order of their offsets. Throws `MODEL_WEIGHT_NOT_FINITE`,
 * `PACKED_RESUME_INVALID` for a tensor index that the model does not have, read errors, and the signal's reason.
 * Memory: a few MiB, and the scales of one tensor.
 */
export async function* convertModel(
  file: ModelFile,
  choices: QuantizationChoices,
  { sources, fromTensor = 0, signal, onProgress }: ConvertModelOptions = {},
): AsyncGenerator<PackedPiece> {
  const { tensors, head, byteLength } = planPacked(file, choices, sources);
  if (!Number.isInteger(fromTensor) || fromTensor < 0 || fromTensor > tensors.length) {
    throw new TributaryError({
      code: 'PACKED_RESUME_INVALID',
      message: 'Packing cannot continue there: the model has no such tensor.',
      facts: { fromTensor, tensors: tensors.length },
      hint: 'Begin from the start.',
    });
  }
  // The consumer may transfer the pieces.
  const dataStart = head.byteLength;
  const first = tensors[fromTensor];
  let offset = first === undefined ? byteLength : fromTensor === 0 ? 0 : dataStart + first.codes[0];
  const piece = (bytes: Uint8Array<ArrayBuffer>, completeTensors: number): PackedPiece => {
    const at = offset;
    offset += bytes.byteLength;
    onProgress?.(offset, byteLength);
    return { offset: at, bytes, completeTensors };
  };
  if (offset === 0) yield piece(head, 0);
  for (const [index, { name, format, codes, scales = codes }] of tensors.entries()) {
    if (index < fromTensor) continue;
    const ends = new Set([codes[1], scales[1]].map((end) => dataStart + end));
    const last = dataStart + scales[1];
    for await (const bytes of tensorWords(file.tensors.get(name) as StoredTensor, format, signal)) {
      signal?.throwIfAborted();
      const end = offset + bytes.byteLength;
      const padding = ends.has(end) ? alignPacked(end) - end : 0;
      const whole = padding === 0 ? bytes : concatBytes([bytes, new Uint8Array(padding)]);
      yield piece(whole, end === last ? index + 1 : index);
    }
  }
}
