// What a weight format is. Each format has one file in this folder, with its WGSL beside it, and one line in `blockFormats.ts`;
// everything else looks it up there.
import type { Block, BlockPieces } from '../wasm/blockPieces.ts';
import { halfValues } from './halfFloat.ts';

/** Dequantises the block at `offset` of `bytes` into the first elements of `values`. */
export type DequantizeBlock = (bytes: Uint8Array, offset: number, values: Float32Array) => void;

/** Writes the block of `values`, 32 elements, at `offset` of `bytes`, which is zero there. */
export type QuantizeBlock = (values: Float32Array, bytes: Uint8Array, offset: number) => void;

/** A block in a file: GGML's layout, little-endian. */
export interface FileLayout {
  readonly elements: number;
  readonly bytes: number;
  /** Where f16 scales and minima are in a block, for the check that they are finite. */
  readonly halves?: readonly number[];
}

/**
 * A block on a device: GGML's bytes as words. A block whose bytes are no multiple of 4 has its scale in a tensor of its own, where the
 * scales of several blocks share a word: the rest is whole words, and nothing is padded.
 */
export interface DeviceLayout {
  /** Elements of a block. */
  readonly elements: 32 | 256;
  /** Words of a block in `codes`. */
  readonly codeWords: number;
  /** Bytes of a block in `scales`; 0: there is no such tensor. */
  readonly scaleBytes: 0 | 1 | 2 | 4;
  /** Where those bytes are in the block of a file. */
  readonly scaleAt: number;
}

export interface BlockFormat {
  /** GGML's name of the type, and its number in a GGUF file. */
  readonly ggml: { readonly name: string; readonly type: number };
  readonly file: FileLayout;
  readonly device: DeviceLayout;
  /** Every value is one exact product or sum, rounded once to f32. 16-bit floats come in blocks of 32. */
  readonly dequantize: DequantizeBlock;
  /** Absent: the format is read only. */
  readonly quantize?: QuantizeBlock;
  /** `fn unpack(block: u32, quad: u32) -> vec4f`, see `decodeSource`. */
  readonly wgsl: string;
  /** WebAssembly that decodes a block sixteen elements at a time. */
  readonly wasm: (pieces: BlockPieces) => Block;
  /** Only of 16-bit floats: the bits of the exponent, all set in NaN and infinity; and all values of a row at once. */
  readonly float16?: {
    readonly exponentMask: number;
    readonly widen: (halves: Uint16Array) => Float32Array<ArrayBuffer>;
  };
  /** What is wrong with the scale of the block at `offset`, where that is not an f16. */
  readonly scaleFault?: (bytes: Uint8Array, offset: number) => string | undefined;
  /** Whether decoding costs few enough loads for lanes to share x when there is one row (measured on lavapipe). */
  readonly cheapDecode?: true;
}

/** The layout of blocks that stay whole on a device. */
export const wholeWords = (elements: 32 | 256, codeWords: number): DeviceLayout => ({
  elements,
  codeWords,
  scaleBytes: 0,
  scaleAt: 0,
});

/** The f16 at `offset`. */
export const halfAt = (bytes: Uint8Array, offset: number): number =>
  halfValues()[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;
