// Grouped-query attention of each row over its own span of keys. Causal, windowed and packed batches differ only in their
// spans, and the keys may come from a cache or from the batch itself.
import type { Constants, Operator, OperatorCall, Tensor, Variant } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats, words } from '../operands.ts';
import template from './attention.wgsl?raw';
import { attentionProbe } from './attentionProbe.ts';

function variant(shared: boolean): Variant {
  // A workgroup's sums must fit in 16 KiB of workgroup memory, together with the maxima and normalisers.
  const lanes = (constants: Constants): number => {
    if (!shared) return 16;
    return constant(constants, 'headDimension') > 64 ? 16 : 32;
  };
  return {
    name: shared ? 'workgroup-per-head' : 'thread-per-head',
    supports: (features, constants) =>
      !shared || (!features.has('software') && constant(constants, 'headDimension') <= 192),
    source: (constants) => {
      const dimension = constant(constants, 'headDimension');
      const quads = Math.ceil(dimension / 4);
      return expandTemplate(template, {
        QUADS: quads,
        ALIGNED: dimension % 4 === 0 ? 1 : 0,
        CAPPED: constant(constants, 'softcap') > 0 ? 1 : 0,
        SHARED: shared ? 1 : 0,
        LANES: lanes(constants),
        CELLS: quads * lanes(constants),
      });
    },
    overrides: (constants) => ({
      heads: constant(constants, 'heads'),
      kv_heads: constant(constants, 'keyValueHeads'),
      dimension: constant(constants, 'headDimension'),
      scale: constant(constants, 'scale'),
      softcap: constant(constants, 'softcap'),
    }),
    workgroups: (constants, { rows }) =>
      dispatchSize(rows * constant(constants, 'heads'), shared ? 1 : lanes(constants)),
  };
}

/** Constants: heads, keyValueHeads, headDimension, scale, softcap (0: none). */
export const attentionOperator: Operator = {
  name: 'attention',
  bindings: [
    { name: 'q', access: 'read' },
    { name: 'keys', access: 'read' },
    { name: 'values', access: 'read' },
    { name: 'spans', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const heads = constant(constants, 'heads');
    const keyValueHeads = constant(constants, 'keyValueHeads');
    const dimension = constant(constants, 'headDimension');
    const q = floats(buffers, 'q');
    const keys = floats(buffers, 'keys');
    const values = floats(buffers, 'values');
    const spans = words(buffers, 'spans');
    const result = floats(buffers, 'result');
    const softcap = constant(constants, 'softcap');
    for (let row = 0; row < rows; row += 1) {
      const start = spans[2 * row] ?? 0;
      const end = spans[2 * row + 1] ?? 0;
      for (let head = 0; head < heads; head += 1) {
        const keyValueHead = Math.floor(head / (heads / keyValueHeads));
        const at = (row * heads + head) * dimension;
        const place = (j: number): number => (j * keyValueHeads + keyValueHead) * dimension;
        const scores: number[] = [];
        for (let j = start; j < end; j += 1) {
          let score = 0;
          for (let i = 0; i < dimension; i += 1) score += (q[at + i] ?? 0) * (keys[place(j) + i] ?? 0);
          score *= constant(constants, 'scale');
          scores.push(softcap > 0 ? softcap * Math.tanh(score / softcap) : score);
        }
        const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const weights = scores.map((score) => Math.exp(score - highest));
        const total = weights.reduce((a, b) => a + b, 0);
        for (let i = 0; i < dimension; i += 1) {
          let sum = 0;
          for (const [j, weight] of weights.entries()) sum += weight * (values[place(start + j) + i] ?? 0);
          result[at + i] = total > 0 ? sum / total : 0;
        }
      }
    }
  },
  variants: [variant(true), variant(false)],
  probe: attentionProbe,
};

export interface AttentionTensors {
  /** f32 [rows, heads * headDimension]. */
  readonly q: Tensor;
  /** f32 [*, keyValueHeads * headDimension]: a cache, or the batch itself. */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** u32 [rows, 2]: the first key and one past the last, as rows of `keys`. */
  readonly spans: Tensor;
  /** f32 [rows, heads * headDimension]. */
  readonly result: Tensor;
}

export interface AttentionOptions {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
  /** Default: 1 / sqrt(headDimension). */
  readonly scale?: number;
  /** Turns a scaled score s into c tanh(s / c), as in Gemma 2. Default: no cap. */
  readonly softcap?: number | undefined;
}

export function attention(tensors: AttentionTensors, options: AttentionOptions): OperatorCall {
  const { heads, keyValueHeads, headDimension, scale = 1 / Math.sqrt(headDimension), softcap = 0 } = options;
  return {
    operator: attentionOperator,
    tensors: { ...tensors },
    constants: { heads, keyValueHeads, headDimension, scale, softcap },
  };
}
