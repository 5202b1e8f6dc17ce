// WGSL that reads a packed weight: one file a format, shared by every kernel that has weights.
import type { PackedFormat } from '../../quant/weightLayouts.ts';
import { weightLayouts } from '../../quant/weightLayouts.ts';
import { expand } from '../expand.ts';
import bf16 from './formats/bf16.wgsl?raw';
import f16 from './formats/f16.wgsl?raw';
import iq4Nl from './formats/iq4_nl.wgsl?raw';
import iq4Xs from './formats/iq4_xs.wgsl?raw';
import levels from './formats/levels.wgsl?raw';
import mxfp4 from './formats/mxfp4.wgsl?raw';
import q2K from './formats/q2_k.wgsl?raw';
import q3K from './formats/q3_k.wgsl?raw';
import q40 from './formats/q4_0.wgsl?raw';
import q41 from './formats/q4_1.wgsl?raw';
import q4K from './formats/q4_k.wgsl?raw';
import q50 from './formats/q5_0.wgsl?raw';
import q51 from './formats/q5_1.wgsl?raw';
import q5K from './formats/q5_k.wgsl?raw';
import q6K from './formats/q6_k.wgsl?raw';
import q80 from './formats/q8_0.wgsl?raw';

const iq4Levels = expand(levels, { TABLE: '0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u' });
const mxfp4Levels = expand(levels, { TABLE: '0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu' });

const sources: Readonly<Record<PackedFormat, string>> = {
  f16,
  bf16,
  q4_0: q40,
  q4_1: q41,
  q5_0: q50,
  q5_1: q51,
  q8_0: q80,
  q2_k: q2K,
  q3_k: q3K,
  q4_k: q4K,
  q5_k: q5K,
  q6_k: q6K,
  iq4_nl: expand(iq4Nl, { LEVELS: iq4Levels }),
  iq4_xs: expand(iq4Xs, { LEVELS: iq4Levels }),
  mxfp4: expand(mxfp4, { LEVELS: mxfp4Levels }),
};

/**
 * `fn unpack(block: u32, quad: u32) -> vec4f`: elements 4 quad to 4 quad + 3 of the 32 numbered `block` in a weight, over global
 * arrays of words `codes` and, where the format has them, `scales`; and `fn row_blocks(columns: u32) -> u32`: blocks of 32 from one
 * row to the next. Row r's elements from 32 b on are block `r * row_blocks(columns) + b`.
 */
export function unpackSource(format: PackedFormat): string {
  const { elements } = weightLayouts[format];
  return `${sources[format]}
fn row_blocks(columns: u32) -> u32 {
  return (columns + ${elements - 1}u) / ${elements}u * ${elements / 32}u;
}
`;
}
