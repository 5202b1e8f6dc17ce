// Linear layer variants with tiles in workgroup memory, for discrete GPUs: linearTiled.wgsl for any weight format.
import type { Variant, WeightFormat } from '../../backend.ts';
import type { ComputeDtype } from '../../variantReport.ts';
import { constant } from '../operands.ts';
import { linearShape } from './linearShape.ts';
import { linearSource } from './linearSource.ts';
import template from './linearTiled.wgsl?raw';

/** The variants of `format` for several rows. */
export function tiledVariants(format: WeightFormat): Variant[] {
  const tiled = (computeDtype: Exclude<ComputeDtype, 'int8'>, feature?: string): Variant => ({
    name: `tile-32x64-shared-${computeDtype}`,
    computeDtype,
    // Software drivers spend most of their time in barriers.
    supports: (features, { rows = 0 }) =>
      rows > 1 && !features.has('software') && (feature === undefined || features.has(feature)),
    source: (constants) =>
      linearSource(template, format, constants, 'blocks', {
        HALF: computeDtype === 'float16' ? 1 : 0,
        NUMBER: computeDtype === 'float16' ? 'f16' : 'f32',
      }),
    parameters: linearShape,
    workgroups: (constants, { rows }) => [Math.ceil(constant(constants, 'outputs') / 64), Math.ceil(rows / 32), 1],
  });
  return [tiled('float16', 'shader-f16'), tiled('float32')];
}
