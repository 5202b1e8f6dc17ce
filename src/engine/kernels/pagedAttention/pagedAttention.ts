// Paged attention with grouped queries: each row of a batch attends to the positions of its own sequence up to its own, or to the
// nearest `window` of them, in the KV cache blocks that the block table lists.
import type { Constants, Operator, OperatorCall, Tensor, Variant } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats, words } from '../operands.ts';
import { attendBlocks, firstSeen } from './attendBlocks.ts';
import splitTemplate from './flashDecode.wgsl?raw';
import joinTemplate from './flashDecodeReduce.wgsl?raw';
import template from './pagedAttention.wgsl?raw';
import { pagedAttentionProbes } from './pagedAttentionProbe.ts';

/** Positions per block of the KV cache. */
export const BLOCK_SIZE = 16;

/** Minimum blocks per split: 32 positions. */
const MIN_SPLIT_BLOCKS = 2;
/** Maximum number of splits, so that the reduction stays cheap. */
const MAX_SPLITS = 128;
/**
 * Pairs of row and head that share the keys loaded by one invocation. Where shaders run on the CPU, loads dominate, and compiling a
 * large unrolled kernel takes seconds. Hence four pairs where models gain most (heads of 64), and fewer for the small heads of tests
 * and for wide heads, whose kernel is already long.
 */
function sharingPairs(quads: number): number {
  if (quads > 16) return 1;
  return quads < 12 ? 2 : 4;
}

const quadsOf = (constants: Constants): number => Math.ceil(constant(constants, 'headDimension') / 4);

function templateValues(constants: Constants): Record<string, number> {
  const quads = quadsOf(constants);
  return {
    QUADS: quads,
    BLOCK: BLOCK_SIZE * quads,
    SHARE: constant(constants, 'heads') / constant(constants, 'keyValueHeads'),
    ALIGNED: constant(constants, 'headDimension') % 4 === 0 ? 1 : 0,
    CAPPED: constant(constants, 'softcap') > 0 ? 1 : 0,
  };
}

/** `whole` as u32 words, followed by the other parameters as f32 words. */
function parameterWords(constants: Constants, whole: readonly string[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil((whole.length + 2) / 4) * 4);
  words.set(whole.map((name) => constant(constants, name)));
  const scales = ['scale', 'softcap'].map((name) => constant(constants, name));
  new Float32Array(words.buffer).set(scales, whole.length);
  return words;
}

interface Walk {
  readonly name: string;
  readonly supports: NonNullable<Variant['supports']>;
  readonly lanes: number;
  /** Pairs of row and head per invocation, by the quads of a head. */
  readonly pairs: (quads: number) => number;
  /** Stages blocks of keys and values in workgroup memory. */
  readonly staged?: boolean;
  /** Lanes that share their loads of keys and values. The smallest subgroup must have at least this many. */
  readonly share?: number;
}

function rowsVariant({ name, supports, lanes, pairs, staged = false, share = 0 }: Walk): Variant {
  return {
    name,
    supports,
    source: (constants) =>
      expandTemplate(template, {
        ...templateValues(constants),
        LANES: lanes,
        PAIRS: pairs(quadsOf(constants)),
        TOGETHER: staged || share > 0 ? 1 : 0,
        STAGED: staged ? 1 : 0,
        SHARE_LANES: share,
        LOADS: share > 0 ? Math.ceil(quadsOf(constants) / share) : 0,
      }),
    parameters: (constants) =>
      parameterWords(constants, ['keyValueHeads', 'headDimension', 'maxBlocksPerSequence', 'window']),
    workgroups: (constants, { rows }) => {
      const keyValueHeads = constant(constants, 'keyValueHeads');
      const pairsOfKeyHead = (rows * constant(constants, 'heads')) / keyValueHeads;
      return [Math.ceil(pairsOfKeyHead / lanes / pairs(quadsOf(constants))), keyValueHeads, 1];
    },
  };
}

const broadcast = (share: 4 | 8): Variant =>
  rowsVariant({
    name: `broadcast-${share}`,
    supports: (features) => features.has('software') && features.has(`subgroups of ${share}`),
    lanes: share,
    // Two pairs compile four times faster than four, and lanes that share their loads make them cheap enough.
    pairs: (quads) => Math.min(sharingPairs(quads), 2),
    share,
  });

const rowsVariants: readonly Variant[] = [
  rowsVariant({
    name: 'workgroup-shared-blocks',
    // One block of keys and one of values must fit in the 16 KiB of workgroup memory that every device has.
    supports: (features, { headDimension = 0 }) => !features.has('software') && headDimension <= 128,
    lanes: 64,
    pairs: (quads) => (quads > 16 ? 1 : 2),
    staged: true,
  }),
  broadcast(8),
  broadcast(4),
  rowsVariant({ name: 'shared-keys', supports: () => true, lanes: 8, pairs: sharingPairs }),
];

const SPLIT_LANES = 8;

/** Query heads per invocation, and the number of invocations that share the query heads of a key head. */
function headGroups(constants: Constants): { readonly heads: number; readonly groups: number } {
  const share = constant(constants, 'heads') / constant(constants, 'keyValueHeads');
  const most = sharingPairs(quadsOf(constants));
  const groups = Math.ceil(share / most);
  return { heads: Math.ceil(share / groups), groups };
}

const splitVariant: Variant = {
  name: 'split-per-lane',
  source: (constants) => {
    const { heads, groups } = headGroups(constants);
    const values = templateValues(constants);
    return expandTemplate(splitTemplate, {
      ...values,
      HEADS: heads,
      GROUPS: groups,
      LANES: SPLIT_LANES,
      PARTIAL: (values['QUADS'] ?? 0) + 1,
    });
  },
  parameters: (constants) =>
    parameterWords(constants, [
      'keyValueHeads',
      'headDimension',
      'maxBlocksPerSequence',
      'window',
      'splits',
      'splitBlocks',
    ]),
  workgroups: (constants, { rows }) => [
    Math.ceil(constant(constants, 'splits') / SPLIT_LANES),
    constant(constants, 'keyValueHeads') * headGroups(constants).groups,
    rows,
  ],
};

const probes = pagedAttentionProbes(BLOCK_SIZE);

const bindings: Operator['bindings'] = [
  { name: 'step', access: 'read' },
  { name: 'positions', access: 'read' },
  { name: 'slots', access: 'read' },
  { name: 'table', access: 'read' },
  { name: 'q', access: 'read' },
  { name: 'keys', access: 'read' },
  { name: 'values', access: 'read' },
  { name: 'result', access: 'write' },
];

/**
 * Constants: heads, keyValueHeads, headDimension, scale, softcap (0: none), window (0: none), maxBlocksPerSequence;
 * splits is 1 and splitBlocks is ignored.
 */
export const pagedAttentionOperator: Operator = {
  name: 'pagedAttention',
  bindings,
  reference(buffers, constants, { rows }) {
    const dimension = constant(constants, 'headDimension');
    const result = floats(buffers, 'result');
    for (let row = 0; row < rows; row += 1) {
      const end = (words(buffers, 'positions')[row] ?? 0) + 1;
      const start = firstSeen(end - 1, constant(constants, 'window'));
      for (let head = 0; head < constant(constants, 'heads'); head += 1) {
        const { sums, normaliser } = attendBlocks(buffers, constants, { row, head, start, end });
        const at = (row * constant(constants, 'heads') + head) * dimension;
        for (const [i, sum] of sums.entries()) result[at + i] = normaliser > 0 ? sum / normaliser : 0;
      }
    }
  },
  variants: rowsVariants,
  probe: probes.whole,
};

/** One split of the positions per invocation: for few rows over many keys. Constants as above; `result` holds the partials. */
export const flashDecodeOperator: Operator = {
  name: 'flashDecode',
  bindings,
  reference(buffers, constants, { rows }) {
    const splits = constant(constants, 'splits');
    const positionsOfSplit = constant(constants, 'splitBlocks') * BLOCK_SIZE;
    const partial = Math.ceil(constant(constants, 'headDimension') / 4) * 4 + 4;
    const result = floats(buffers, 'result');
    for (let row = 0; row < rows; row += 1) {
      const rowEnd = (words(buffers, 'positions')[row] ?? 0) + 1;
      const rowStart = firstSeen(rowEnd - 1, constant(constants, 'window'));
      for (let head = 0; head < constant(constants, 'heads'); head += 1) {
        for (let split = 0; split < splits; split += 1) {
          const start = Math.max(rowStart, split * positionsOfSplit);
          const end = Math.min(rowEnd, (split + 1) * positionsOfSplit);
          if (start >= end) continue;
          const { sums, highest, normaliser } = attendBlocks(buffers, constants, { row, head, start, end });
          const at = ((row * constant(constants, 'heads') + head) * splits + split) * partial;
          result.set(sums, at);
          result.set([highest, normaliser], at + partial - 4);
        }
      }
    }
  },
  variants: [splitVariant],
  probe: probes.split,
};

/** Constants: heads, headDimension, window, splits, splitBlocks. */
export const flashDecodeReduceOperator: Operator = {
  name: 'flashDecodeReduce',
  bindings: [
    { name: 'positions', access: 'read' },
    { name: 'partials', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const heads = constant(constants, 'heads');
    const dimension = constant(constants, 'headDimension');
    const splits = constant(constants, 'splits');
    const positionsOfSplit = constant(constants, 'splitBlocks') * BLOCK_SIZE;
    const partial = Math.ceil(dimension / 4) * 4 + 4;
    const partials = floats(buffers, 'partials');
    const result = floats(buffers, 'result');
    for (let index = 0; index < rows * heads; index += 1) {
      const position = words(buffers, 'positions')[Math.floor(index / heads)] ?? 0;
      const first = Math.floor(firstSeen(position, constant(constants, 'window')) / positionsOfSplit);
      const last = Math.min(Math.floor(position / positionsOfSplit), splits - 1);
      const parts = Array.from({ length: last + 1 - first }, (_, part) => (index * splits + first + part) * partial);
      const highest = Math.max(...parts.map((at) => partials[at + partial - 4] ?? 0));
      const weights = parts.map((at) => Math.exp((partials[at + partial - 4] ?? 0) - highest));
      const total = parts.reduce((sum, at, n) => sum + (weights[n] ?? 0) * (partials[at + partial - 3] ?? 0), 0);
      for (let i = 0; i < dimension; i += 1) {
        const sum = parts.reduce((whole, at, n) => whole + (weights[n] ?? 0) * (partials[at + i] ?? 0), 0);
        result[index * dimension + i] = total > 0 ? sum / total : 0;
      }
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => joinTemplate,
      overrides: (constants: Constants) => ({
        heads: constant(constants, 'heads'),
        dimension: constant(constants, 'headDimension'),
        window: constant(constants, 'window'),
        splits: constant(constants, 'splits'),
        split_blocks: constant(constants, 'splitBlocks'),
      }),
      workgroups: (constants, { rows }) =>
        dispatchSize(rows * constant(constants, 'heads') * Math.ceil(constant(constants, 'headDimension') / 4)),
    },
  ],
};

export interface PagedAttentionTensors {
  /** u32 [4]: active rows in word 0. */
  readonly step: Tensor;
  /** u32 [rows]: the position of each row in its sequence, and the row of `table` that belongs to its sequence. */
  readonly positions: Tensor;
  readonly slots: Tensor;
  /** u32 [sequences, maxBlocksPerSequence]: the blocks of each sequence. */
  readonly table: Tensor;
  /** f32 [rows, heads * headDimension]. */
  readonly q: Tensor;
  /** f32 [blocks, keyValueHeads, 16, headDimension rounded up to 4]. */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** f32 [rows, heads * headDimension]. */
  readonly result: Tensor;
  /** Enables splitting the positions across workgroups, which pays for few rows; f32, `partialsLength` elements. */
  readonly partials?: Tensor | undefined;
}

export interface PagedAttentionOptions {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
  /** Blocks of the longest sequence. */
  readonly maxBlocksPerSequence: number;
  readonly scale: number;
  /** Turns a scaled score s into c tanh(s / c). Default: no cap. */
  readonly softcap?: number | undefined;
  /** Positions that a row attends to, including its own. Default: all. */
  readonly window?: number | undefined;
}

function splitsOf(maxBlocksPerSequence: number): { readonly splits: number; readonly splitBlocks: number } {
  const splitBlocks = Math.max(MIN_SPLIT_BLOCKS, Math.ceil(maxBlocksPerSequence / MAX_SPLITS));
  return { splits: Math.ceil(maxBlocksPerSequence / splitBlocks), splitBlocks };
}

/** Elements of the partial results of `flashDecode`. */
export function partialsLength(
  rows: number,
  {
    heads,
    headDimension,
    maxBlocksPerSequence,
  }: Pick<PagedAttentionOptions, 'heads' | 'headDimension' | 'maxBlocksPerSequence'>,
): number {
  return rows * heads * splitsOf(maxBlocksPerSequence).splits * (Math.ceil(headDimension / 4) * 4 + 4);
}

export function pagedAttention(tensors: PagedAttentionTensors, options: PagedAttentionOptions): OperatorCall[] {
  const { partials, result, ...inputs } = tensors;
  const { heads, keyValueHeads, headDimension, maxBlocksPerSequence, scale, softcap = 0, window = 0 } = options;
  const constants = { heads, keyValueHeads, headDimension, maxBlocksPerSequence, scale, softcap, window };
  if (partials === undefined) {
    const whole = { ...constants, splits: 1, splitBlocks: maxBlocksPerSequence };
    return [{ operator: pagedAttentionOperator, tensors: { ...inputs, result }, constants: whole }];
  }
  const split = splitsOf(maxBlocksPerSequence);
  return [
    {
      operator: flashDecodeOperator,
      tensors: { ...inputs, result: partials },
      constants: { ...constants, ...split },
    },
    {
      operator: flashDecodeReduceOperator,
      tensors: { positions: inputs.positions, partials, result },
      constants: { heads, headDimension, window, ...split },
    },
  ];
}
