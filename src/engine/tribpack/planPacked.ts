// Plans the layout of a packed file from the headers of its source, before any tensor is read.

import { weightWords } from '../formats/deviceLayout.ts';
import type { ModelFile, SourceFile } from '../modelFile.ts';
import { chosenFormat, type QuantizationChoices } from '../quant/quantizationChoices.ts';
import {
  alignPacked,
  PACKED_ENGINE,
  PACKED_MAGIC,
  PACKED_PREFIX,
  PACKED_VERSION,
  type PackedHeader,
  type PackedRange,
  type PackedTensor,
} from './packedHeader.ts';

export interface PackedPlan {
  readonly tensors: readonly PackedTensor[];
  /** All bytes before the data section. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole file. */
  readonly byteLength: number;
}

/** The plan of `file` packed with `choices`; equal inputs give equal bytes. */
export function planPacked(
  file: ModelFile,
  choices: QuantizationChoices,
  sources: readonly SourceFile[] = file.sources,
): PackedPlan {
  const tensors: PackedTensor[] = [];
  let offset = 0;
  const place = (words: number): PackedRange => {
    const begin = alignPacked(offset);
    offset = begin + 4 * words;
    return [begin, offset];
  };
  for (const stored of file.tensors.values()) {
    const { name, shape } = stored;
    const format = chosenFormat(stored, choices);
    const [rows = 1, columns = 1] = shape.length > 1 ? shape : [1, shape[0] ?? 1];
    const words = weightWords(format, rows, columns);
    const codes = place(words.codes);
    tensors.push({ name, format, shape, codes, ...(words.scales > 0 ? { scales: place(words.scales) } : {}) });
  }
  const { config, tokenizerJson, tokenizerConfig, chatTemplate } = file;
  const header: PackedHeader = {
    engine: PACKED_ENGINE,
    config,
    choices,
    sources,
    ...(tokenizerJson === undefined ? {} : { tokenizerJson }),
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    tensors,
  };
  const text = new TextEncoder();
  const json = text.encode(JSON.stringify(header));
  const head = new Uint8Array(alignPacked(PACKED_PREFIX + json.byteLength));
  const view = new DataView(head.buffer);
  head.set(text.encode(PACKED_MAGIC));
  view.setUint32(8, PACKED_VERSION, true);
  view.setBigUint64(16, BigInt(json.byteLength), true);
  head.set(json, PACKED_PREFIX);
  return { tensors, head, byteLength: head.byteLength + alignPacked(offset) };
}
