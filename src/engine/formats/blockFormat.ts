// The description of a weight format. Each format has one file in this folder, with its WGSL beside it, and one line in
// `blockFormats.ts`; all other code looks it up there.
import type { Block, BlockPieces } from '../wasm/blockPieces.ts';
import { halfValues } from './halfFloat.ts';

/** Dequantises the block at `offset` of `bytes` into the first elements of `values`. */
export type DequantizeBlock = (bytes: Uint8Array, offset: number, values: Float32Array) => void;

/** Writes the block of `values`, 32 elements, at `offset` of `bytes`, which is initially zero there. */
export type QuantizeBlock = (values: Float32Array, bytes: Uint8Array, offset: number) => void;

/** A block in a file: GGML's layout, little-endian. */
export interface FileLayout {
  readonly elements: number;
  readonly bytes: number;
  /** Offsets of the f16 scales and minima in a block, to check that they are finite. */
  readonly halves?: readonly number[];
}

/**
 * A block on a device: GGML's bytes as words. If a block's size is not a multiple of 4 bytes, its scale is in a separate tensor, where
 * the scales of several blocks share a word: the rest is whole words, and nothing is padded.
 */
export interface DeviceLayout {
  /** Elements per block. */
  readonly elements: 32 | 256;
  /** Words per block in `codes`. */
  readonly codeWords: number;
  /** Bytes per block in `scales`; 0: there is no such tensor. */
  readonly scaleBytes: 0 | 1 | 2 | 4;
  /** Offset of those bytes in a file's block. */
  readonly scaleAt: number;
}

export interface BlockFormat {
  /** GGML's name of the type, and its number in a GGUF file. */
  readonly ggml: { readonly name: string; readonly type: number };
  readonly file: FileLayout;
  readonly device: DeviceLayout;
  /** Every value is one exact product or sum, rounded once to f32. 16-bit floats come in blocks of 32. */
  readonly dequantize: DequantizeBlock;
  /** Absent: the format is read-only. */
  readonly quantize?: QuantizeBlock;
  /** `fn unpack(block: u32, quad: u32) -> vec4f`, see `decodeSource`. */
  readonly wgsl: string;
  /** WebAssembly that decodes a block sixteen elements at a time. */
  readonly wasm: (pieces: BlockPieces) => Block;
  /** Only for 16-bit floats: the mask of the exponent bits, which are all set in NaN and infinity; and a decoder of whole rows. */
  readonly float16?: {
    readonly exponentMask: number;
    readonly widen: (halves: Uint16Array) => Float32Array<ArrayBuffer>;
  };
  /** A description of an invalid scale of the block at `offset`, for scales that are not f16. */
  readonly scaleFault?: (bytes: Uint8Array, offset: number) => string | undefined;
  /** Whether decoding needs so few loads that lanes should share x for a single row (measured on lavapipe). */
  readonly cheapDecode?: true;
}

/** The layout of blocks that stay whole on a device. */
export const wholeWords = (elements: 32 | 256, codeWords: number): DeviceLayout => ({
  elements,
  codeWords,
  scaleBytes: 0,
  scaleAt: 0,
});

/** The byte at `offset`. */
export const byteAt = (bytes: Uint8Array, offset: number): number => bytes[offset] as number;

/** The f16 at `offset`. */
export const halfAt = (bytes: Uint8Array, offset: number): number =>
  halfValues()[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;
