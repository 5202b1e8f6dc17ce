// MXFP4: e (a power of two, biased by 127), 16 bytes of codes. Value: 2^(e - 128) times the doubled level.
import { expandTemplate } from '../kernels/expandTemplate.ts';
import { type Code, f32, v128 } from '../wasm/assemble.ts';
import { nibbleBlock, powerAt, RAISED, type Sixteen } from '../wasm/blockPieces.ts';
import type { BlockFormat } from './blockFormat.ts';
import { dequantizeLevels } from './dequantizeNibbles.ts';
import levelsTemplate from './levels.wgsl?raw';
import wgsl from './mxfp4.wgsl?raw';

/** Twice the values of the 4-bit float E2M1. */
const mxfp4Levels = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;
const mxfp4LevelsSource = expandTemplate(levelsTemplate, {
  TABLE: '0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu',
});

export const mxfp4: BlockFormat = {
  ggml: { name: 'MXFP4', type: 39 },
  file: { elements: 32, bytes: 17 },
  device: { elements: 32, codeWords: 4, scaleBytes: 1, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    dequantizeLevels(bytes, offset + 1, 2 ** ((bytes[offset] as number) - 128), mxfp4Levels, values, 0);
  },
  wgsl: expandTemplate(wgsl, { LEVELS: mxfp4LevelsSource }),
  wasm: (given) => {
    const levels = given.once(v128.constant(mxfp4Levels));
    // The smallest scales cannot be reduced any further: the elements are.
    const factor = given.once(v128.splatFloat(f32.constant(1 / RAISED)));
    const sixteen = (bytes: Code): Sixteen => {
      const { prepare, fours } = given.sixteen(bytes);
      return { prepare, fours: fours.map((four) => v128.multiply(four, factor)) };
    };
    return nibbleBlock({ ...given, sixteen }, 0, { scale: powerAt(given.scales) }, (nibble) =>
      v128.pick(levels, nibble),
    );
  },
  // 255 is NaN; from 253 on, the power times the largest level overflows f32.
  scaleFault: (bytes, offset) => ((bytes[offset] as number) >= 253 ? String(bytes[offset]) : undefined),
};
