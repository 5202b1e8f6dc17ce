// The size of a model, packed with given choices: known from headers alone, before any download.
import type { WeightFormat } from '../backend.ts';
import type { ModelFile } from '../modelFile.ts';
import type { QuantizationChoices } from '../quant/quantizationChoices.ts';
import { planPacked } from './planPacked.ts';

export interface PackedSize {
  readonly tensors: readonly { readonly name: string; readonly format: WeightFormat; readonly bytes: number }[];
  /** Size of the packed file. Source hashes added later make it slightly longer. */
  readonly fileBytes: number;
  /** Size of the weights on the device. */
  readonly weightBytes: number;
  readonly largestTensorBytes: number;
  /** Keys and values of one position in all layers, f32. */
  readonly keyValueBytesPerToken: number;
}

export function packedSize(file: ModelFile, choices: QuantizationChoices): PackedSize {
  const { tensors: planned, byteLength } = planPacked(file, choices);
  const tensors = planned.map(({ name, format, codes, scales = [0, 0] }) => ({
    name,
    format,
    bytes: codes[1] - codes[0] + scales[1] - scales[0],
  }));
  const { layerCount, keyValueHeadCount, headDimension } = file.config;
  return {
    tensors,
    fileBytes: byteLength,
    weightBytes: tensors.reduce((total, { bytes }) => total + bytes, 0),
    largestTensorBytes: tensors.reduce((largest, { bytes }) => Math.max(largest, bytes), 0),
    keyValueBytesPerToken: 2 * 4 * layerCount * keyValueHeadCount * headDimension,
  };
}
