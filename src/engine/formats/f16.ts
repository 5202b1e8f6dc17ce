// F16: half precision. On a device, rows are padded to whole blocks of 32.
import { f32, i32, v128 } from '../wasm/assemble.ts';
import { halfFactor, halfMask, wideBlock } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt, wholeWords } from './blockFormat.ts';
import wgsl from './f16.wgsl?raw';
import { halfValues } from './halfFloat.ts';

export const f16: BlockFormat = {
  ggml: { name: 'F16', type: 1 },
  file: { elements: 1, bytes: 2 },
  device: wholeWords(32, 16),
  dequantize(bytes, offset, values) {
    for (let i = 0; i < 32; i += 1) values[i] = halfAt(bytes, offset + 2 * i);
  },
  wgsl,
  wasm: ({ codes, once }) => {
    const mask = once(v128.splatInteger(i32.constant(halfMask)));
    const factor = once(v128.splatFloat(f32.constant(halfFactor)));
    return wideBlock((offset) => {
      const shifted = v128.shiftIntegersLeft(v128.load16x4Signed(codes, offset), 13);
      return v128.multiply(v128.and(shifted, mask), factor);
    });
  },
  float16: {
    exponentMask: 0x7c00,
    widen(halves) {
      const values = new Float32Array(halves.length);
      const table = halfValues();
      for (let i = 0; i < halves.length; i += 1) values[i] = table[halves[i] as number] as number;
      return values;
    },
  },
};
