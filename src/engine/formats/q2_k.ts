// Q2_K: scales[16] (4 bit scale, 4 bit minimum), qs[64], d, dmin. Value: d scale q - dmin minimum, q of 2 bits.
import { f32 } from '../wasm/assemble.ts';
import { loadHalf, RAISED, range, type Sixteen, twoBits } from '../wasm/blockPieces.ts';
import { type BlockFormat, byteAt, halfAt, wholeWords } from './blockFormat.ts';
import wgsl from './q2_k.wgsl?raw';

export const q2_k: BlockFormat = {
  ggml: { name: 'Q2_K', type: 10 },
  file: { elements: 256, bytes: 84, halves: [80, 82] },
  device: wholeWords(256, 21),
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset + 80);
    const minimum = halfAt(bytes, offset + 82);
    for (let i = 0; i < 256; i += 1) {
      const packed = byteAt(bytes, offset + (i >> 4));
      const code = (byteAt(bytes, offset + 16 + (i >> 7) * 32 + (i & 31)) >> (((i >> 5) & 3) * 2)) & 3;
      values[i] = scale * (packed & 15) * code - minimum * (packed >> 4);
    }
  },
  wgsl,
  wasm: (given) => {
    const { codes, codesAt, sixteen, nibbles, scaled } = given;
    const [low, high] = range(2).map((half) => sixteen(nibbles(codesAt(0), half))) as [Sixteen, Sixteen];
    const scales = scaled(low.fours, loadHalf(codes, 80, 1 / RAISED ** 2));
    const minima = scaled(high.fours, f32.negate(loadHalf(codes, 82, 1 / RAISED)));
    const parts = range(16).map((group) => ({
      sixteens: [sixteen(twoBits(given, 16, group))],
      scale: scales.at(group),
      minimum: minima.at(group),
    }));
    return { prepare: [low.prepare, scales.keep, high.prepare, minima.keep], parts };
  },
};
