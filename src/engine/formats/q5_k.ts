// Q5_K: d, dmin, scales[12], qh[32], qs[128]: as Q4_K, with bit `group` of qh[l] as the fifth bit.
import { v128 } from '../wasm/assemble.ts';
import { sixBitBlock } from '../wasm/blockPieces.ts';
import { type BlockFormat, byteAt, halfAt, wholeWords } from './blockFormat.ts';
import wgsl from './q5_k.wgsl?raw';
import { scaleAndMinimum } from './sixBitScales.ts';

export const q5_k: BlockFormat = {
  ggml: { name: 'Q5_K', type: 13 },
  file: { elements: 256, bytes: 176, halves: [0, 2] },
  device: wholeWords(256, 44),
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset);
    const minimum = halfAt(bytes, offset + 2);
    for (let group = 0; group < 8; group += 1) {
      const [groupScale, groupMinimum] = scaleAndMinimum(bytes, offset + 4, group);
      for (let l = 0; l < 32; l += 1) {
        const low = (byteAt(bytes, offset + 48 + (group >> 1) * 32 + l) >> ((group & 1) * 4)) & 15;
        const high = (byteAt(bytes, offset + 16 + l) >> group) & 1;
        values[group * 32 + l] = scale * groupScale * (low | (high << 4)) - minimum * groupMinimum;
      }
    }
  },
  wgsl,
  wasm: (given) =>
    sixBitBlock(given, 48, (nibble, group, half) =>
      v128.or(nibble, given.whereSet(given.codesAt(16 + 16 * half), given.byte(1 << group), 16)),
    ),
  cheapDecode: true,
};
