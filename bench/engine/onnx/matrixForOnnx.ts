// Converts GGML's blocks to the layout of ONNX Runtime's MatMulNBits: codes, f32 scales and zero points in separate tensors, blocks
// of 32 along the input dimension in both. Q4_0 and Q8_0 convert exactly. Q4_1's minimum becomes the nearest integer zero point,
// which is all that the WebGPU provider supports; the amount of work is the same.
import { halfValues } from '../../../src/engine/formats/halfFloat.ts';

export interface OnnxMatrix {
  readonly codes: Uint8Array;
  readonly scales: Float32Array<ArrayBuffer>;
  /** Two per byte; absent if the middle of the codes means zero. */
  readonly zeroPoints?: Uint8Array;
}

export type OnnxMatrixFormat = 'q4_0' | 'q4_1' | 'q8_0';

const blockBytes = { q4_0: 18, q4_1: 20, q8_0: 34 } as const;

/** Code i of a GGML block: elements 0 to 15 are the low nibbles, 16 to 31 the high ones. In MatMulNBits, neighbours share a byte. */
function interleave(bytes: Uint8Array, from: number, codes: Uint8Array, to: number): void {
  for (let pair = 0; pair < 8; pair += 1) {
    const one = bytes[from + 2 * pair] as number;
    const other = bytes[from + 2 * pair + 1] as number;
    codes[to + pair] = (one & 15) | ((other & 15) << 4);
    codes[to + 8 + pair] = (one >> 4) | (other & 0xf0);
  }
}

/** Converts `bytes`: whole rows of blocks. */
export function matrixForOnnx(format: OnnxMatrixFormat, bytes: Uint8Array): OnnxMatrix {
  const halves = halfValues();
  const size = blockBytes[format];
  const blocks = bytes.byteLength / size;
  const codeBytes = format === 'q8_0' ? 32 : 16;
  const codes = new Uint8Array(blocks * codeBytes);
  const scales = new Float32Array(blocks);
  const zeroPoints = new Uint8Array(format === 'q4_1' ? Math.ceil(blocks / 2) : 0);
  const half = (offset: number): number =>
    halves[(bytes[offset] as number) | ((bytes[offset + 1] as number) << 8)] as number;
  for (let block = 0; block < blocks; block += 1) {
    const begin = block * size;
    const scale = half(begin);
    scales[block] = scale;
    if (format === 'q8_0') {
      for (let index = 0; index < 32; index += 1) {
        codes[block * 32 + index] = (bytes[begin + 2 + index] as number) ^ 0x80;
      }
      continue;
    }
    interleave(bytes, begin + size - 16, codes, block * 16);
    if (format === 'q4_0') continue;
    const zero = scale === 0 ? 0 : Math.min(15, Math.max(0, Math.round(-half(begin + 2) / scale)));
    zeroPoints[block >> 1] = (zeroPoints[block >> 1] as number) | (zero << (4 * (block & 1)));
  }
  return format === 'q4_1' ? { codes, scales, zeroPoints } : { codes, scales };
}
