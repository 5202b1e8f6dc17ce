// Stores the batch's keys and values in the KV cache, at their positions in the blocks of their sequences.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats, words } from '../operands.ts';
import { BLOCK_SIZE } from '../pagedAttention/pagedAttention.ts';
import wgsl from './writeKVCache.wgsl?raw';

/** Constants: keyValueHeads, headDimension, maxBlocksPerSequence. */
export const writeKVCacheOperator: Operator = {
  name: 'writeKVCache',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'positions', access: 'read' },
    { name: 'slots', access: 'read' },
    { name: 'table', access: 'read' },
    { name: 'key', access: 'read' },
    { name: 'value', access: 'read' },
    { name: 'keys', access: 'write' },
    { name: 'values', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const heads = constant(constants, 'keyValueHeads');
    const dimension = constant(constants, 'headDimension');
    const padded = Math.ceil(dimension / 4) * 4;
    const sides = [
      [floats(buffers, 'key'), floats(buffers, 'keys')],
      [floats(buffers, 'value'), floats(buffers, 'values')],
    ] as const;
    for (let row = 0; row < rows; row += 1) {
      const position = words(buffers, 'positions')[row] ?? 0;
      const entry = (words(buffers, 'slots')[row] ?? 0) * constant(constants, 'maxBlocksPerSequence');
      const block = words(buffers, 'table')[entry + Math.floor(position / BLOCK_SIZE)] ?? 0;
      for (let head = 0; head < heads; head += 1) {
        const from = (row * heads + head) * dimension;
        const to = ((block * heads + head) * BLOCK_SIZE + (position % BLOCK_SIZE)) * padded;
        for (const [source, cache] of sides) cache.set(source.subarray(from, from + dimension), to);
      }
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => wgsl,
      overrides: (constants: Constants) => ({
        kv_heads: constant(constants, 'keyValueHeads'),
        dimension: constant(constants, 'headDimension'),
        max_blocks_per_sequence: constant(constants, 'maxBlocksPerSequence'),
      }),
      workgroups: (constants, { rows }) =>
        dispatchSize(rows * constant(constants, 'keyValueHeads') * constant(constants, 'headDimension')),
    },
  ],
};

export interface WriteCacheTensors {
  /** u32 [4]: active rows in word 0. */
  readonly step: Tensor;
  /** Positions, slots and block table, and the caches, as in `PagedAttentionTensors`. */
  readonly positions: Tensor;
  readonly slots: Tensor;
  readonly table: Tensor;
  /** f32 [rows, keyValueHeads * headDimension]. */
  readonly key: Tensor;
  readonly value: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

export function writeKVCache(
  tensors: WriteCacheTensors,
  options: { readonly keyValueHeads: number; readonly headDimension: number; readonly maxBlocksPerSequence: number },
): OperatorCall {
  return { operator: writeKVCacheOperator, tensors: { ...tensors }, constants: { ...options } };
}
