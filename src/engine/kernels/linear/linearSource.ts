// The shader of a linear layer for one weight format and one shape: its own template plus the operands that all variants share.
import type { Constants, WeightFormat } from '../../backend.ts';
import { decodeSource } from '../../formats/decodeSource.ts';
import { hasScales } from '../../formats/deviceLayout.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant } from '../operands.ts';
import decode from './decode.wgsl?raw';
import operands from './operands.wgsl?raw';

/** How a shader walks along a row of x and W. */
type Walk =
  /** In quads, never beyond the row's end. */
  | 'quads'
  /** In blocks of 32 elements, of which the last may extend beyond the row's end. */
  | 'blocks'
  /** As `blocks`, but the shader decodes the most common formats itself (BLOCKS); other formats are read in quads. */
  | 'whole blocks';

/** The formats that shaders with `whole blocks` decode themselves. */
export const knownBlocks: ReadonlySet<WeightFormat> = new Set<WeightFormat>(['q8_0', 'q4_0', 'q4_1']);

/** `template` expanded with `own` values and OPERANDS. */
export function linearSource(
  template: string,
  format: WeightFormat,
  constants: Constants,
  walk: Walk,
  own: Readonly<Record<string, number | string>>,
): string {
  const inputs = constant(constants, 'inputs');
  const aligned = inputs % 4 === 0;
  const numbers = aligned ? 'vec4f' : 'f32';
  const blocks = walk === 'whole blocks' && knownBlocks.has(format);
  const flags = {
    FOUR: 4,
    TWO: 2,
    ALIGNED: aligned ? 1 : 0,
    GUARDED: walk !== 'quads' && inputs % 32 !== 0 ? 1 : 0,
    SCALES: hasScales(format) ? 1 : 0,
    F32: format === 'f32' ? 1 : 0,
    BLOCKS: blocks ? 1 : 0,
    Q8_0: format === 'q8_0' ? 1 : 0,
    Q4: format === 'q4_0' || format === 'q4_1' ? 1 : 0,
    Q4_1: format === 'q4_1' ? 1 : 0,
    X: numbers,
    CODES: format === 'f32' ? numbers : blocks ? 'vec4u' : 'u32',
  };
  const unpacking = format === 'f32' ? '' : blocks ? expandTemplate(decode, flags) : decodeSource(format);
  return expandTemplate(template, {
    ...flags,
    ...own,
    OPERANDS: expandTemplate(operands, { ...flags, FORMAT: unpacking }),
  });
}
