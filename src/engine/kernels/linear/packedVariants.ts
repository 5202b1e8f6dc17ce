// Ways to compute a linear layer on any packed format, by the format's `unpack`. Formats that most models are in have faster ones of
// their own in linear.ts.
import type { Constants, Variables, Variant } from '../../backend.ts';
import { type PackedFormat, weightLayouts } from '../../quant/weightLayouts.ts';
import { constant } from '../constants.ts';
import { expand } from '../expand.ts';
import { grid } from '../grid.ts';
import { broadcastVariants } from './broadcastVariants.ts';
import template from './linearPacked.wgsl?raw';
import vectorTemplate from './linearPackedVector.wgsl?raw';
import { tiledVariants } from './tiledVariants.ts';
import { unpackSource } from './unpackSource.ts';

interface Tile {
  readonly rows: number;
  readonly quads: number;
  readonly size: readonly [number, number];
}

/** The variants for `format`, best first. `parameters` gives the shader's `Shape`. */
export function packedVariants(format: PackedFormat, parameters: NonNullable<Variant['parameters']>): Variant[] {
  const values = (constants: Constants): Record<string, number | string> => ({
    FOUR: 4,
    ALIGNED: constant(constants, 'inputs') % 4 === 0 ? 1 : 0,
    PADDED: constant(constants, 'inputs') % 32 === 0 ? 0 : 1,
    SCALES: weightLayouts[format].scaleBytes > 0 ? 1 : 0,
    UNPACK: unpackSource(format),
  });

  const tiled = (name: string, tile: Tile, supports: NonNullable<Variant['supports']>): Variant => ({
    name,
    supports,
    source: (constants) =>
      expand(template, { ...values(constants), ROWS: tile.rows, QUADS: tile.quads, COLUMNS: 4 * tile.quads }),
    overrides: () => ({ size_x: tile.size[0], size_y: tile.size[1] }),
    parameters,
    workgroups: (constants: Constants, { rows }: Variables): readonly [number, number, number] => [
      Math.ceil(constant(constants, 'outputs') / (4 * tile.quads * tile.size[0])),
      Math.ceil(rows / (tile.rows * tile.size[1])),
      1,
    ],
  });

  const vector = (shared: boolean): Variant => ({
    name: shared ? 'vector, workgroup' : 'vector, invocation',
    supports: (features, { rows }) => rows === 1 && (!shared || !features.has('software')),
    source: (constants) =>
      expand(vectorTemplate, { ...values(constants), SHARED: shared ? 1 : 0, STRIDE: shared ? 64 : 1 }),
    parameters,
    workgroups: (constants) => grid(Math.ceil(constant(constants, 'outputs') / 4), shared ? 1 : 32),
  });

  return [
    vector(true),
    ...tiledVariants(format, parameters),
    ...broadcastVariants(format, values, parameters),
    vector(false),
    // Software drivers keep registers in memory anyway, and a taller tile unpacks less often.
    tiled('tile 16x8', { rows: 16, quads: 2, size: [8, 2] }, (features) => features.has('software')),
    tiled('tile 8x8', { rows: 8, quads: 2, size: [8, 4] }, () => true),
  ];
}
