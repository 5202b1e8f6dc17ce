// Q5_1: d q + m: f16 d and m, u32 of fifth bits, 16 bytes of nibbles.
import { fiveBits, loadHalf, nibbleBlock, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt, wholeWords } from './blockFormat.ts';
import { dequantizeFiveBits } from './dequantizeNibbles.ts';
import wgsl from './q5_1.wgsl?raw';
import { asymmetric, codes, writeCodes, writeHalf } from './quantizeBlock.ts';

export const q5_1: BlockFormat = {
  ggml: { name: 'Q5_1', type: 7 },
  file: { elements: 32, bytes: 24, halves: [0, 2] },
  device: wholeWords(32, 6),
  dequantize(bytes, offset, values) {
    dequantizeFiveBits(bytes, offset + 4, offset + 8, halfAt(bytes, offset), 0, halfAt(bytes, offset + 2), values);
  },
  quantize(values, bytes, offset) {
    const { scale, minimum } = asymmetric(values, 31);
    writeHalf(bytes, offset, scale);
    writeHalf(bytes, offset + 2, minimum);
    writeCodes(codes, bytes, offset + 8, offset + 4);
  },
  wgsl,
  wasm: (given) => {
    const factors = { scale: loadHalf(given.codes, 0, 1 / RAISED), minimum: loadHalf(given.codes, 2) };
    return nibbleBlock(given, 8, factors, fiveBits(given, 4));
  },
  cheapDecode: true,
};
