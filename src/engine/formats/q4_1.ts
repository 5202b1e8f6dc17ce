// Q4_1: d q + m: f16 d and m, 16 bytes of nibbles.
import { loadHalf, nibbleBlock, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt } from './blockFormat.ts';
import { dequantizeNibbles } from './dequantizeNibbles.ts';
import wgsl from './q4_1.wgsl?raw';
import { asymmetric, codes, writeCodes, writeHalf } from './quantizeBlock.ts';

export const q4_1: BlockFormat = {
  ggml: { name: 'Q4_1', type: 3 },
  file: { elements: 32, bytes: 20, halves: [0, 2] },
  device: { elements: 32, codeWords: 4, scaleBytes: 4, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    dequantizeNibbles(bytes, offset + 4, halfAt(bytes, offset), 0, halfAt(bytes, offset + 2), values);
  },
  quantize(values, bytes, offset) {
    const { scale, minimum } = asymmetric(values, 15);
    writeHalf(bytes, offset, scale);
    writeHalf(bytes, offset + 2, minimum);
    writeCodes(codes, bytes, offset + 4);
  },
  wgsl,
  wasm: (given) =>
    nibbleBlock(given, 0, { scale: loadHalf(given.scales, 0, 1 / RAISED), minimum: loadHalf(given.scales, 2) }),
  cheapDecode: true,
};
