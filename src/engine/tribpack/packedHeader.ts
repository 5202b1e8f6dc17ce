// The engine's own model file: its header, and the position of its data. All numbers are little-endian.
//
//   bytes 0-7    "TRIBPACK"
//   8-11         version, u32
//   12-15        zero
//   16-23        bytes of the header, u64
//   24-          the header: JSON, UTF-8, `PackedHeader`
//   data         from the next multiple of 256 on: the words of each tensor in device layout (`deviceLayout`), codes and then
//                scales, each from a multiple of 256 on, in the order of the header; zeros between them
import type { WeightFormat } from '../backend.ts';
import type { ModelConfig } from '../modelConfig.ts';
import type { SourceFile } from '../modelFile.ts';
import type { QuantizationChoices } from '../quant/quantizationChoices.ts';

export const PACKED_MAGIC = 'TRIBPACK';
export const PACKED_VERSION = 1;
/** Bytes before the header. */
export const PACKED_PREFIX = 24;
export const PACKED_ALIGNMENT = 256;
/** The program that wrote a file, for people who look into one. */
export const PACKED_ENGINE = 'tributary 1';

/** The next multiple of the alignment. */
export const alignPacked = (offset: number): number => Math.ceil(offset / PACKED_ALIGNMENT) * PACKED_ALIGNMENT;

/** Byte range of the data section: first, and one past the last. */
export type PackedRange = readonly [begin: number, end: number];

export interface PackedTensor {
  readonly name: string;
  readonly format: WeightFormat;
  readonly shape: readonly number[];
  readonly codes: PackedRange;
  /** Only if the format has scales. */
  readonly scales?: PackedRange;
}

export interface PackedHeader {
  readonly engine: string;
  readonly config: ModelConfig;
  readonly choices: QuantizationChoices;
  readonly sources: readonly SourceFile[];
  readonly tokenizerJson?: Record<string, unknown>;
  readonly tokenizerConfig?: Record<string, unknown>;
  readonly chatTemplate?: string;
  readonly tensors: readonly PackedTensor[];
}
