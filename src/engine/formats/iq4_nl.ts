// IQ4_NL: d, 16 bytes of codes. Value: d level.
import { expandTemplate } from '../kernels/expandTemplate.ts';
import { v128 } from '../wasm/assemble.ts';
import { loadHalf, nibbleBlock, RAISED } from '../wasm/blockPieces.ts';
import { type BlockFormat, halfAt } from './blockFormat.ts';
import { dequantizeLevels } from './dequantizeNibbles.ts';
import wgsl from './iq4_nl.wgsl?raw';
import { iq4Levels, iq4LevelsSource } from './iq4Levels.ts';

export const iq4_nl: BlockFormat = {
  ggml: { name: 'IQ4_NL', type: 20 },
  file: { elements: 32, bytes: 18, halves: [0] },
  device: { elements: 32, codeWords: 4, scaleBytes: 2, scaleAt: 0 },
  dequantize(bytes, offset, values) {
    dequantizeLevels(bytes, offset + 2, halfAt(bytes, offset), iq4Levels, values, 0);
  },
  wgsl: expandTemplate(wgsl, { LEVELS: iq4LevelsSource }),
  wasm: (given) => {
    const levels = given.once(v128.constant(iq4Levels));
    return nibbleBlock(given, 0, { scale: loadHalf(given.scales, 0, 1 / RAISED) }, (nibble) =>
      v128.pick(levels, nibble),
    );
  },
  cheapDecode: true,
};
