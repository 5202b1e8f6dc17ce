// Linear layer variants whose subgroup lanes broadcast x to each other: linearBroadcast.wgsl for any weight format.
import type { Variant, WeightFormat } from '../../backend.ts';
import { blockFormat } from '../../formats/blockFormats.ts';
import { constant } from '../operands.ts';
import template from './linearBroadcast.wgsl?raw';
import { linearShape } from './linearShape.ts';
import { knownBlocks, linearSource } from './linearSource.ts';

interface Tile {
  readonly rows: number;
  /** Outputs per invocation. */
  readonly columns: 4 | 8;
  /** Lanes per workgroup. */
  readonly lanes: number;
  /** Lanes that share their loads of x. The smallest subgroup must have at least this many. */
  readonly share: 4 | 8;
}

/** The variants for `format`, best first. */
export function broadcastVariants(format: WeightFormat): Variant[] {
  // Other formats need so many loads that invocations without broadcasts are up to 1.8 times faster.
  const cheapDecode = format !== 'f32' && blockFormat(format).cheapDecode === true;

  function broadcast({ rows, columns, lanes, share }: Tile, supports: NonNullable<Variant['supports']>): Variant {
    const sharedRows = Math.min(rows, share);
    const quads = share / sharedRows;
    return {
      name: `${rows === 1 ? 'vector' : `tile-${rows}x${columns}`}-broadcast-${share}`,
      supports: (features, constants) => features.has(`subgroups of ${share}`) && supports(features, constants),
      source: (constants) =>
        linearSource(template, format, constants, 'whole blocks', {
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
      parameters: linearShape,
      workgroups: (constants, { rows: active }) => [
        Math.ceil(constant(constants, 'outputs') / (columns * lanes)),
        Math.ceil(active / rows),
        1,
      ],
    };
  }

  const software = (features: ReadonlySet<string>): boolean => features.has('software');
  const narrow = (features: ReadonlySet<string>): boolean => !features.has('subgroups of 8');
  return [
    broadcast(
      { rows: 1, columns: 4, lanes: 8, share: 8 },
      (features, { rows }) => rows === 1 && software(features) && cheapDecode,
    ),
    broadcast({ rows: 16, columns: 4, lanes: 8, share: 8 }, (features, { rows = 0 }) => rows > 1 && software(features)),
    // Where registers are in memory anyway, a large tile saves loads and decoding. Where a block is decoded at once, a small one is as
    // fast, and its shader compiles in a third of the time.
    broadcast(
      { ...(knownBlocks.has(format) ? { rows: 16, columns: 4 } : { rows: 32, columns: 8 }), lanes: 4, share: 4 },
      (features, { rows = 0 }) => rows > 8 && software(features) && narrow(features),
    ),
    broadcast(
      { rows: 8, columns: 4, lanes: 64, share: 8 },
      (features, { rows = 0 }) => rows > 1 && !software(features),
    ),
  ];
}
