// Q5_0: d (q - 16): f16 d, u32 of fifth bits, 16 bytes of nibbles.
import { v128 } from '../wasm/assemble.ts';
import { fiveBits, loadHalf, nibbleBlock, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt } from './blockFormat.ts';
import { dequantizeFiveBits } from './dequantizeNibbles.ts';
import wgsl from './q5_0.wgsl?raw';
import { codes, symmetric, writeCodes, writeHalf } from './quantizeBlock.ts';

export const q5_0: BlockFormat = {
  ggml: { name: 'Q5_0', type: 6 },
  file: { elements: 32, bytes: 22, halves: [0] },
  device: { elements: 32, codeWords: 5, scaleBytes: 2, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    dequantizeFiveBits(bytes, offset + 2, offset + 6, halfAt(bytes, offset), 16, -0, values);
  },
  quantize(values, bytes, offset) {
    writeHalf(bytes, offset, symmetric(values, 16));
    writeCodes(codes, bytes, offset + 6, offset + 2);
  },
  wgsl,
  wasm: (given) => {
    const element = fiveBits(given, 0);
    return nibbleBlock(given, 4, { scale: loadHalf(given.scales, 0, 1 / RAISED) }, (nibble, half) =>
      v128.subtractBytes(element(nibble, half), given.byte(16)),
    );
  },
  cheapDecode: true,
};
