// Q4_K: d, dmin, scales[12], qs[128]: 64 elements share 32 bytes, low nibbles first. Value: d scale q - dmin minimum.
import { sixBitBlock } from '../wasm/blockPieces.ts';
import { type BlockFormat, byteAt, halfAt, wholeWords } from './blockFormat.ts';
import wgsl from './q4_k.wgsl?raw';
import { scaleAndMinimum } from './sixBitScales.ts';

export const q4_k: BlockFormat = {
  ggml: { name: 'Q4_K', type: 12 },
  file: { elements: 256, bytes: 144, halves: [0, 2] },
  device: wholeWords(256, 36),
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset);
    const minimum = halfAt(bytes, offset + 2);
    for (let group = 0; group < 8; group += 1) {
      const [groupScale, groupMinimum] = scaleAndMinimum(bytes, offset + 4, group);
      for (let l = 0; l < 32; l += 1) {
        const code = (byteAt(bytes, offset + 16 + (group >> 1) * 32 + l) >> ((group & 1) * 4)) & 15;
        values[group * 32 + l] = scale * groupScale * code - minimum * groupMinimum;
      }
    }
  },
  wgsl,
  wasm: (given) => sixBitBlock(given, 16, (nibble) => nibble),
  cheapDecode: true,
};
