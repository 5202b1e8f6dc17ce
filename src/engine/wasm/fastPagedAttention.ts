// Paged attention as scalar loops over typed arrays, which engines compile well: keys and values of a block lie side by side.
// Online softmax as in the WGSL kernel. Bindings and constants as `pagedAttentionOperator`.
import type { Operator } from '../backend.ts';
import { constant, floats, words } from '../kernels/constants.ts';
import { firstSeen } from '../kernels/pagedAttention/attendBlocks.ts';
import { blockTokens } from '../kernels/pagedAttention/pagedAttention.ts';

export function fastPagedAttention(): Operator['reference'] {
  return (buffers, constants, { rows }) => {
    const heads = constant(constants, 'heads');
    const keyValueHeads = constant(constants, 'keyValueHeads');
    const dimension = constant(constants, 'headDimension');
    const scale = constant(constants, 'scale');
    const softcap = constant(constants, 'softcap');
    const window = constant(constants, 'window');
    const tableWidth = constant(constants, 'tableWidth');
    const positions = words(buffers, 'positions');
    const slots = words(buffers, 'slots');
    const table = words(buffers, 'table');
    const q = floats(buffers, 'q');
    const keys = floats(buffers, 'keys');
    const values = floats(buffers, 'values');
    const result = floats(buffers, 'result');
    const share = heads / keyValueHeads;
    const padded = Math.ceil(dimension / 4) * 4;
    const sums = new Float64Array(dimension);
    for (let row = 0; row < rows; row += 1) {
      const end = (positions[row] as number) + 1;
      const start = firstSeen(end - 1, window);
      const tableAt = (slots[row] as number) * tableWidth;
      for (let head = 0; head < heads; head += 1) {
        const at = (row * heads + head) * dimension;
        const keyHead = Math.floor(head / share);
        sums.fill(0);
        let highest = Number.NEGATIVE_INFINITY;
        let normaliser = 0;
        let from = 0;
        for (let j = start; j < end; j += 1) {
          if (j === start || j % blockTokens === 0) {
            const block = table[tableAt + Math.floor(j / blockTokens)] as number;
            from = ((block * keyValueHeads + keyHead) * blockTokens + (j % blockTokens)) * padded;
          } else {
            from += padded;
          }
          let score = 0;
          for (let i = 0; i < dimension; i += 1) score += (q[at + i] as number) * (keys[from + i] as number);
          score *= scale;
          if (softcap > 0) score = softcap * Math.tanh(score / softcap);
          if (score > highest) {
            const correction = Math.exp(highest - score);
            highest = score;
            normaliser *= correction;
            for (let i = 0; i < dimension; i += 1) sums[i] = (sums[i] as number) * correction;
          }
          const weight = Math.exp(score - highest);
          normaliser += weight;
          for (let i = 0; i < dimension; i += 1) sums[i] = (sums[i] as number) + weight * (values[from + i] as number);
        }
        const factor = normaliser > 0 ? 1 / normaliser : 0;
        for (let i = 0; i < dimension; i += 1) result[at + i] = (sums[i] as number) * factor;
      }
    }
  };
}
