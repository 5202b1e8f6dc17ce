// Ways to compute a linear layer with tiles in workgroup memory, for graphics cards: linearTiled.wgsl on any weight format.
import type { Variant, WeightFormat } from '../../backend.ts';
import type { Arithmetic } from '../../variantReport.ts';
import { constant } from '../constants.ts';
import { linearShape } from './linearShape.ts';
import { linearSource } from './linearSource.ts';
import template from './linearTiled.wgsl?raw';

/** The variants for `format` and several rows. */
export function tiledVariants(format: WeightFormat): Variant[] {
  const tiled = (arithmetic: Exclude<Arithmetic, 'int8'>, feature?: string): Variant => ({
    name: `tile 32x64, workgroup memory, ${arithmetic}`,
    arithmetic,
    // Software drivers spend most of their time in barriers.
    supports: (features, { rows = 0 }) =>
      rows > 1 && !features.has('software') && (feature === undefined || features.has(feature)),
    source: (constants) =>
      linearSource(template, format, constants, 'blocks', {
        HALF: arithmetic === 'float16' ? 1 : 0,
        NUMBER: arithmetic === 'float16' ? 'f16' : 'f32',
      }),
    parameters: linearShape,
    workgroups: (constants, { rows }) => [Math.ceil(constant(constants, 'outputs') / 64), Math.ceil(rows / 32), 1],
  });
  return [tiled('float16', 'shader-f16'), tiled('float32')];
}
