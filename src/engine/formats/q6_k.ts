// Q6_K: ql[128], qh[64], scales i8[16], d. Value: d scale (q - 32), q of 4 low and 2 high bits.
import { v128 } from '../wasm/assemble.ts';
import { loadHalf, RAISED, range } from '../wasm/blockPieces.ts';
import { type BlockFormat, byteAt, halfAt } from './blockFormat.ts';
import wgsl from './q6_k.wgsl?raw';

export const q6_k: BlockFormat = {
  ggml: { name: 'Q6_K', type: 14 },
  file: { elements: 256, bytes: 210, halves: [208] },
  device: { elements: 256, codeWords: 52, scaleBytes: 2, scaleAt: 208 },
  dequantize(bytes, offset, values) {
    const scale = halfAt(bytes, offset + 208);
    for (let i = 0; i < 256; i += 1) {
      const part = i >> 7;
      const quarter = (i >> 5) & 3;
      const l = i & 31;
      const low = (byteAt(bytes, offset + part * 64 + (quarter & 1) * 32 + l) >> ((quarter >> 1) * 4)) & 15;
      const high = (byteAt(bytes, offset + 128 + part * 32 + l) >> (quarter * 2)) & 3;
      const groupScale = (byteAt(bytes, offset + 192 + (i >> 4)) << 24) >> 24;
      values[i] = scale * groupScale * ((low | (high << 4)) - 32);
    }
  },
  wgsl,
  wasm: ({ scales: scale, byte, codesAt, sixteen, nibbles, scaled }) => {
    const bytes = sixteen(codesAt(192));
    const scales = scaled(bytes.fours, loadHalf(scale, 0, 1 / RAISED ** 2));
    const parts = range(16).map((group) => {
      const [part, quarter, half] = [group >> 3, (group >> 1) & 3, group & 1];
      const low = nibbles(codesAt(64 * part + 32 * (quarter & 1) + 16 * half), quarter >> 1);
      const stored = codesAt(128 + 32 * part + 16 * half);
      const moved = quarter < 3 ? v128.shiftBytesLeft(stored, 4 - 2 * quarter) : v128.shiftBytesRight(stored, 2);
      const element = v128.subtractBytes(v128.or(low, v128.and(moved, byte(0x30))), byte(32));
      return { sixteens: [sixteen(element)], scale: scales.at(group) };
    });
    return { prepare: [bytes.prepare, scales.keep], parts };
  },
};
