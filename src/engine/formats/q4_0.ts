// Q4_0: d (q - 8): f16 d, 16 bytes of nibbles.
import { v128 } from '../wasm/assemble.ts';
import { loadHalf, nibbleBlock, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt } from './blockFormat.ts';
import { dequantizeNibbles } from './dequantizeNibbles.ts';
import wgsl from './q4_0.wgsl?raw';
import { codes, symmetric, writeCodes, writeHalf } from './quantizeBlock.ts';

export const q4_0: BlockFormat = {
  ggml: { name: 'Q4_0', type: 2 },
  file: { elements: 32, bytes: 18, halves: [0] },
  device: { elements: 32, codeWords: 4, scaleBytes: 2, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    dequantizeNibbles(bytes, offset + 2, halfAt(bytes, offset), 8, -0, values);
  },
  quantize(values, bytes, offset) {
    writeHalf(bytes, offset, symmetric(values, 8));
    writeCodes(codes, bytes, offset + 2);
  },
  wgsl,
  wasm: (given) =>
    nibbleBlock(given, 0, { scale: loadHalf(given.scales, 0, 1 / RAISED) }, (nibble) =>
      v128.subtractBytes(nibble, given.byte(8)),
    ),
  cheapDecode: true,
};
