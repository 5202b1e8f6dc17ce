// Q8_0: d q: f16 d, 32 signed bytes.
import { loadHalf, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt } from './blockFormat.ts';
import wgsl from './q8_0.wgsl?raw';
import { reciprocal, signedLargest, writeHalf } from './quantizeBlock.ts';

const { fround } = Math;

export const q8_0: BlockFormat = {
  ggml: { name: 'Q8_0', type: 8 },
  file: { elements: 32, bytes: 34, halves: [0] },
  device: { elements: 32, codeWords: 8, scaleBytes: 2, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset);
    for (let i = 0; i < 32; i += 1) values[i] = scale * (((bytes[offset + 2 + i] as number) << 24) >> 24);
  },
  quantize(values, bytes, offset) {
    const scale = fround(Math.abs(signedLargest(values)) / 127);
    const inverse = reciprocal(scale);
    writeHalf(bytes, offset, scale);
    for (let i = 0; i < 32; i += 1) {
      const code = fround((values[i] as number) * inverse);
      // Ties away from zero; Math.round would round -2.5 to -2.
      bytes[offset + 2 + i] = Math.sign(code) * Math.floor(Math.abs(code) + 0.5);
    }
  },
  wgsl,
  wasm: ({ scales, codesAt, sixteen }) => {
    const sixteens = [sixteen(codesAt(0)), sixteen(codesAt(16))];
    return { prepare: [], parts: [{ sixteens, scale: loadHalf(scales, 0, 1 / RAISED) }] };
  },
  cheapDecode: true,
};
