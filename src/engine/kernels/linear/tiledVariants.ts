// Ways to compute a linear layer with tiles in workgroup memory, for graphics cards: linearTiled.wgsl on any weight format.
import type { Arithmetic, Constants, Variables, Variant, WeightFormat } from '../../backend.ts';
import { hasScales } from '../../quant/weightLayouts.ts';
import { constant } from '../constants.ts';
import { expand } from '../expand.ts';
import template from './linearTiled.wgsl?raw';
import { unpackSource } from './unpackSource.ts';

/** The variants for `format` and several rows. `parameters` gives the shader's `Shape`. */
export function tiledVariants(format: WeightFormat, parameters: NonNullable<Variant['parameters']>): Variant[] {
  const unpack = format === 'f32' ? '' : unpackSource(format);

  function tiled(arithmetic: Exclude<Arithmetic, 'int8'>, feature?: string): Variant {
    return {
      name: `tile 32x64, workgroup memory, ${arithmetic}`,
      arithmetic,
      // Software drivers spend most of their time in barriers.
      supports: (features, { rows = 0 }) =>
        rows > 1 && !features.has('software') && (feature === undefined || features.has(feature)),
      source: (constants) =>
        expand(template, {
          FOUR: 4,
          HALF: arithmetic === 'float16' ? 1 : 0,
          NUMBER: arithmetic === 'float16' ? 'f16' : 'f32',
          ALIGNED: constant(constants, 'inputs') % 4 === 0 ? 1 : 0,
          F32: format === 'f32' ? 1 : 0,
          SCALES: hasScales(format) ? 1 : 0,
          UNPACK: unpack,
        }),
      parameters,
      workgroups: (constants: Constants, { rows }: Variables): readonly [number, number, number] => [
        Math.ceil(constant(constants, 'outputs') / 64),
        Math.ceil(rows / 32),
        1,
      ],
    };
  }

  return [tiled('float16', 'shader-f16'), tiled('float32')];
}
