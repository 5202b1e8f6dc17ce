// IQ4_XS: d, scales_h u16, scales_l[4], qs[128]: eight groups of 32 with 6-bit scales. Value: d (scale - 32) level.
import { expandTemplate } from '../kernels/expandTemplate.ts';
import { f32, i32, local, v128 } from '../wasm/assemble.ts';
import { bitsOf, loadHalf, RAISED, range } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt, wholeWords } from './blockFormat.ts';
import { dequantizeLevels } from './dequantizeNibbles.ts';
import wgsl from './iq4_xs.wgsl?raw';
import { iq4Levels, iq4LevelsSource } from './iq4Levels.ts';

export const iq4_xs: BlockFormat = {
  ggml: { name: 'IQ4_XS', type: 23 },
  file: { elements: 256, bytes: 136, halves: [0] },
  device: wholeWords(256, 34),
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset);
    const highBits = (bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8);
    for (let group = 0; group < 8; group += 1) {
      const low = ((bytes[offset + 4 + (group >> 1)] as number) >> ((group & 1) * 4)) & 15;
      const groupScale = low | (((highBits >> (2 * group)) & 3) << 4);
      dequantizeLevels(bytes, offset + 8 + group * 16, scale * (groupScale - 32), iq4Levels, values, group * 32);
    }
  },
  wgsl: expandTemplate(wgsl, { LEVELS: iq4LevelsSource }),
  wasm: ({ codes, codesAt, wordAt, scope, once, sixteen, nibbles }) => {
    const levels = once(v128.constant(iq4Levels));
    const scale = scope.variable('f32');
    const parts = range(8).map((group) => {
      const low = bitsOf(wordAt(4), 4 * group, 15);
      const high = bitsOf(wordAt(0), 16 + 2 * group, 3);
      const sixBits = i32.or(low, i32.shiftLeft(high, i32.constant(4)));
      return {
        sixteens: range(2).map((half) => sixteen(v128.pick(levels, nibbles(codesAt(8 + 16 * group), half)))),
        scale: f32.multiply(local.get(scale), f32.fromInteger(i32.subtract(sixBits, i32.constant(32)))),
      };
    });
    return { prepare: local.set(scale, loadHalf(codes, 0, 1 / RAISED)), parts };
  },
  cheapDecode: true,
};
