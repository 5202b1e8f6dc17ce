// Ways to compute a linear layer in which the lanes of a subgroup hand x to each other: linearBroadcast.wgsl on any weight format.
import type { Constants, Variables, Variant, WeightFormat } from '../../backend.ts';
import { hasScales, type PackedFormat } from '../../quant/weightLayouts.ts';
import { constant } from '../constants.ts';
import { expand } from '../expand.ts';
import template from './linearBroadcast.wgsl?raw';
import { unpackSource } from './unpackSource.ts';

interface Tile {
  readonly rows: number;
  /** Outputs of an invocation. */
  readonly columns: 4 | 8;
  /** Lanes of a workgroup. */
  readonly lanes: number;
  /** Lanes that load x for each other: no subgroup may be smaller. */
  readonly share: 4 | 8;
}

/** Whether the template knows the format's blocks itself, and loads a whole one at a time. */
const knowsBlocks = (format: WeightFormat): boolean => ['f32', 'q8_0', 'q4_0', 'q4_1'].includes(format);

/**
 * The variants for `format`, best first. `flags` are the template's values for the format and the shape; `parameters` gives the
 * shader's `Shape`.
 */
export function broadcastVariants(
  format: WeightFormat,
  flags: (constants: Constants) => Readonly<Record<string, number | string>>,
  parameters: NonNullable<Variant['parameters']>,
): Variant[] {
  const unpack = knowsBlocks(format) ? {} : { DECODE: unpackSource(format as PackedFormat) };

  function broadcast({ rows, columns, lanes, share }: Tile, supports: NonNullable<Variant['supports']>): Variant {
    const sharedRows = Math.min(rows, share);
    const quads = share / sharedRows;
    return {
      name: `${rows === 1 ? 'vector' : `tile ${rows}x${columns}`}, broadcast by ${share}`,
      supports: (features, constants) => features.has(`subgroups of ${share}`) && supports(features, constants),
      source: (constants) =>
        expand(template, {
          F32: 0,
          Q8_0: 0,
          Q4: 0,
          Q4_1: 0,
          FOUR: 4,
          ...flags(constants),
          ...unpack,
          UNPACKED: knowsBlocks(format) ? 0 : 1,
          SCALES: hasScales(format) ? 1 : 0,
          ROWS: rows,
          COLUMNS: columns,
          OUTPUT_QUADS: columns / 4,
          WIDE: columns === 8 ? 1 : 0,
          LANES: lanes,
          SHARE: share,
          SHARED_ROWS: sharedRows,
          LOADS: rows / sharedRows,
          QUADS: quads,
          WHOLE: quads === 8 ? 1 : 0,
        }),
      parameters,
      workgroups: (constants: Constants, { rows: active }: Variables): readonly [number, number, number] => [
        Math.ceil(constant(constants, 'outputs') / (columns * lanes)),
        Math.ceil(active / rows),
        1,
      ],
    };
  }

  const software = (features: ReadonlySet<string>): boolean => features.has('software');
  const narrow = (features: ReadonlySet<string>): boolean => !features.has('subgroups of 8');
  return [
    // A single row by f32 weights is nothing but loads of them.
    ...(format === 'f32'
      ? []
      : [
          broadcast(
            { rows: 1, columns: 4, lanes: 8, share: 8 },
            (features, { rows }) => rows === 1 && software(features),
          ),
        ]),
    broadcast({ rows: 16, columns: 4, lanes: 8, share: 8 }, (features, { rows = 0 }) => rows > 4 && software(features)),
    broadcast({ rows: 4, columns: 4, lanes: 8, share: 8 }, (features, { rows = 0 }) => rows > 1 && software(features)),
    // Without registers to lose, a large tile saves loads.
    broadcast(
      { rows: 32, columns: 8, lanes: 4, share: 4 },
      (features, { rows = 0 }) => rows > 8 && software(features) && narrow(features),
    ),
    broadcast(
      { rows: 8, columns: 4, lanes: 64, share: 8 },
      (features, { rows = 0 }) => rows > 1 && !software(features),
    ),
  ];
}
