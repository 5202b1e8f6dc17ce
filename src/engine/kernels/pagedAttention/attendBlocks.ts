// One query head over a range of positions of a paged KV cache: the plain form of this folder's kernels.
import type { Buffers, Constants } from '../../backend.ts';
import { constant, floats, words } from '../operands.ts';

/** The first position that a row at `position` attends to; `window` 0: all positions. */
export const firstSeen = (position: number, window: number): number =>
  window === 0 ? 0 : Math.max(0, position + 1 - window);

export interface AttendedRange {
  readonly row: number;
  readonly head: number;
  /** Positions start <= j < end. */
  readonly start: number;
  readonly end: number;
}

export interface PartialAttention {
  /** sum_j exp(score_j - highest) value_j, [headDimension]. */
  readonly sums: number[];
  /** The largest score. */
  readonly highest: number;
  /** sum_j exp(score_j - highest). */
  readonly normaliser: number;
}

/** Bindings and constants as in `pagedAttentionOperator`. */
export function attendBlocks(buffers: Buffers, constants: Constants, range: AttendedRange): PartialAttention {
  const { row, head, start, end } = range;
  const heads = constant(constants, 'heads');
  const keyValueHeads = constant(constants, 'keyValueHeads');
  const dimension = constant(constants, 'headDimension');
  const softcap = constant(constants, 'softcap');
  const padded = Math.ceil(dimension / 4) * 4;
  const q = floats(buffers, 'q');
  const keys = floats(buffers, 'keys');
  const values = floats(buffers, 'values');
  const table = words(buffers, 'table');
  const tableAt = (words(buffers, 'slots')[row] ?? 0) * constant(constants, 'maxBlocksPerSequence');
  const keyValueHead = Math.floor(head / (heads / keyValueHeads));
  const at = (row * heads + head) * dimension;
  const place = (j: number): number => {
    const block = table[tableAt + Math.floor(j / 16)] ?? 0;
    return ((block * keyValueHeads + keyValueHead) * 16 + (j % 16)) * padded;
  };
  const scores: number[] = [];
  for (let j = start; j < end; j += 1) {
    let score = 0;
    for (let i = 0; i < dimension; i += 1) score += (q[at + i] ?? 0) * (keys[place(j) + i] ?? 0);
    score *= constant(constants, 'scale');
    scores.push(softcap > 0 ? softcap * Math.tanh(score / softcap) : score);
  }
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const weights = scores.map((score) => Math.exp(score - highest));
  const sums = Array.from({ length: dimension }, (_, i) =>
    weights.reduce((sum, weight, n) => sum + weight * (values[place(start + n) + i] ?? 0), 0),
  );
  return { sums, highest, normaliser: weights.reduce((sum, weight) => sum + weight, 0) };
}
