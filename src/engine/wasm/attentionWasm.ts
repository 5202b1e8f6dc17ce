// Attention as the reference's scalar loop over typed arrays, without a list per head, which JavaScript engines compile well.
// Online softmax as in the WGSL kernel. Bindings and constants as in `attentionOperator`.
import type { Operator } from '../backend.ts';
import { constant, floats, words } from '../kernels/operands.ts';

export function attentionWasm(): Operator['reference'] {
  return (buffers, constants, { rows }) => {
    const heads = constant(constants, 'heads');
    const keyValueHeads = constant(constants, 'keyValueHeads');
    const dimension = constant(constants, 'headDimension');
    const scale = constant(constants, 'scale');
    const softcap = constant(constants, 'softcap');
    const q = floats(buffers, 'q');
    const keys = floats(buffers, 'keys');
    const values = floats(buffers, 'values');
    const spans = words(buffers, 'spans');
    const result = floats(buffers, 'result');
    const share = heads / keyValueHeads;
    const sums = new Float64Array(dimension);
    for (let row = 0; row < rows; row += 1) {
      const start = spans[2 * row] as number;
      const end = spans[2 * row + 1] as number;
      for (let head = 0; head < heads; head += 1) {
        const at = (row * heads + head) * dimension;
        const keyHead = Math.floor(head / share);
        sums.fill(0);
        let highest = Number.NEGATIVE_INFINITY;
        let normaliser = 0;
        for (let j = start; j < end; j += 1) {
          const from = (j * keyValueHeads + keyHead) * dimension;
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
