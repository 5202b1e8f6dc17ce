// Q3_K: hmask[32], qs[64], scales[12] (16 of 6 bits), d. Value: d (scale - 32) q, q of 2 bits minus 4 unless its mask bit is set.
import { f32, i32, v128 } from '../wasm/assemble.ts';
import { bitsOf, loadHalf, RAISED, range, twoBits } from '../wasm/blockPieces.ts';
import { type BlockFormat, byteAt, halfAt } from './blockFormat.ts';
import wgsl from './q3_k.wgsl?raw';

export const q3_k: BlockFormat = {
  ggml: { name: 'Q3_K', type: 11 },
  file: { elements: 256, bytes: 110, halves: [108] },
  device: { elements: 256, codeWords: 27, scaleBytes: 2, scaleAt: 108 },
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset + 108);
    const scales = offset + 96;
    for (let i = 0; i < 256; i += 1) {
      const group = i >> 4;
      const low = (byteAt(bytes, scales + (group & 7)) >> (group >> 3 ? 4 : 0)) & 15;
      const high = (byteAt(bytes, scales + 8 + (group & 3)) >> ((group >> 2) * 2)) & 3;
      const code = (byteAt(bytes, offset + 32 + (i >> 7) * 32 + (i & 31)) >> (((i >> 5) & 3) * 2)) & 3;
      const mask = (byteAt(bytes, offset + (i & 31)) >> (i >> 5)) & 1;
      values[i] = scale * ((low | (high << 4)) - 32) * (code - (mask ? 0 : 4));
    }
  },
  wgsl,
  wasm: (given) => {
    const { byte, codesAt, wordAt, sixteen, whereSet, scaled, bytesAsFloats } = given;
    const sixBits = range(4).map((four) => {
      const low = bitsOf(wordAt(96 + 4 * (four & 1)), 4 * (four >> 1), 0x0f0f0f0f);
      const high = i32.shiftLeft(bitsOf(wordAt(104), 2 * four, 0x03030303), i32.constant(4));
      return v128.subtract(bytesAsFloats(i32.or(low, high)), v128.splatFloat(f32.constant(32)));
    });
    const scales = scaled(sixBits, loadHalf(given.scales, 0, 1 / RAISED));
    const parts = range(16).map((group) => {
      const third = whereSet(codesAt(16 * (group & 1)), byte(1 << (group >> 1)), 4);
      const element = v128.subtractBytes(v128.or(twoBits(given, 32, group), third), byte(4));
      return { sixteens: [sixteen(element)], scale: scales.at(group) };
    });
    return { prepare: scales.keep, parts };
  },
};
