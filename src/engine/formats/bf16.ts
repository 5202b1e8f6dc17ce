// BF16: the upper half of an f32. On a device, rows are padded to whole blocks of 32.
import { v128 } from '../wasm/assemble.ts';
import { wideBlock } from '../wasm/blockPieces.ts';
import wgsl from './bf16.wgsl?raw';
import { type BlockFormat, wholeWords } from './blockFormat.ts';

export const bf16: BlockFormat = {
  ggml: { name: 'BF16', type: 30 },
  file: { elements: 1, bytes: 2 },
  device: wholeWords(32, 16),
  dequantize(bytes, offset, values) {
    const words = new Uint32Array(values.buffer, values.byteOffset, 32);
    for (let i = 0; i < 32; i += 1) {
      const at = offset + 2 * i;
      words[i] = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 24);
    }
  },
  wgsl,
  wasm: ({ codes }) => wideBlock((offset) => v128.shiftIntegersLeft(v128.load16x4(codes, offset), 16)),
  float16: {
    exponentMask: 0x7f80,
    widen(halves) {
      const values = new Float32Array(halves.length);
      const words = new Uint32Array(values.buffer);
      for (let i = 0; i < halves.length; i += 1) words[i] = (halves[i] as number) << 16;
      return values;
    },
  },
};
