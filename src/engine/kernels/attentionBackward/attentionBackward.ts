// Gradients of causal grouped-query attention over packed rows. Three operators recompute the probabilities from a
// log-sum per row and head, so that no [rows, rows] matrix is ever stored.
import type { Buffers, Constants, Operator, Variant } from '../../backend.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats, words } from '../operands.ts';
import keyValueSource from './attentionBackwardKeyValue.wgsl?raw';
import querySource from './attentionBackwardQuery.wgsl?raw';
import statisticsSource from './attentionStatistics.wgsl?raw';

function variant(source: string, headsName: 'heads' | 'keyValueHeads'): Variant {
  return {
    name: 'plain',
    source: ({ width }) => expandTemplate(source, { width: width ?? 0 }),
    overrides: ({ capacity, heads, keyValueHeads, scale }) =>
      ({ capacity, heads, keyValueHeads, scale }) as Record<string, number>,
    workgroups: (constants, { rows }) => [Math.ceil((rows * constant(constants, headsName)) / 16), 1, 1],
  };
}

function shape(constants: Constants): { heads: number; keyValueHeads: number; width: number; scale: number } {
  return {
    heads: constant(constants, 'heads'),
    keyValueHeads: constant(constants, 'keyValueHeads'),
    width: constant(constants, 'width'),
    scale: constant(constants, 'scale'),
  };
}

function dot(left: Float32Array, leftStart: number, right: Float32Array, rightStart: number, width: number): number {
  // Two accumulators, so that consecutive additions do not depend on each other.
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < width; i += 2) {
    even += (left[leftStart + i] as number) * (right[rightStart + i] as number);
    odd += (left[leftStart + i + 1] as number) * (right[rightStart + i + 1] as number);
  }
  if (width % 2 === 1) even += (left[leftStart + width - 1] as number) * (right[rightStart + width - 1] as number);
  return even + odd;
}

/** The four inputs that all passes read. */
function inputs(buffers: Buffers) {
  return {
    starts: words(buffers, 'starts'),
    query: floats(buffers, 'query'),
    key: floats(buffers, 'key'),
    outputGradient: floats(buffers, 'outputGradient'),
  };
}

/**
 * statistics [rows, heads, 2]: the log-sum-exp of the scores, and output . outputGradient.
 * Row t attends to the keys starts[t] .. t. `starts` never decreases, and is greater than t for padding rows.
 * Constants of all three operators: capacity (length of `starts`), heads, keyValueHeads, width (of a head), scale (of scores).
 */
export const attentionStatistics: Operator = {
  name: 'attentionStatistics',
  bindings: [
    { name: 'starts', access: 'read' },
    { name: 'query', access: 'read' },
    { name: 'key', access: 'read' },
    { name: 'output', access: 'read' },
    { name: 'outputGradient', access: 'read' },
    { name: 'statistics', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const { starts, query, key, outputGradient } = inputs(buffers);
    const output = floats(buffers, 'output');
    const statistics = floats(buffers, 'statistics');
    const { heads, keyValueHeads, width, scale } = shape(constants);
    const scores = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) {
      for (let head = 0; head < heads; head += 1) {
        const own = row * heads + head;
        const keyHead = Math.floor((head * keyValueHeads) / heads);
        let largest = Number.NEGATIVE_INFINITY;
        for (let j = starts[row] as number; j <= row; j += 1) {
          const score = scale * dot(query, own * width, key, (j * keyValueHeads + keyHead) * width, width);
          scores[j] = score;
          largest = Math.max(largest, score);
        }
        let sum = 0;
        for (let j = starts[row] as number; j <= row; j += 1) sum += Math.exp((scores[j] as number) - largest);
        statistics[2 * own] = largest + Math.log(sum);
        statistics[2 * own + 1] = dot(output, own * width, outputGradient, own * width, width);
      }
    }
  },
  variants: [variant(statisticsSource, 'heads')],
};

/** queryGradient [rows, heads, width] from query, key, value, outputGradient and statistics. */
export const attentionBackwardQuery: Operator = {
  name: 'attentionBackwardQuery',
  bindings: [
    { name: 'starts', access: 'read' },
    { name: 'query', access: 'read' },
    { name: 'key', access: 'read' },
    { name: 'value', access: 'read' },
    { name: 'outputGradient', access: 'read' },
    { name: 'statistics', access: 'read' },
    { name: 'queryGradient', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const { starts, query, key, outputGradient } = inputs(buffers);
    const value = floats(buffers, 'value');
    const statistics = floats(buffers, 'statistics');
    const queryGradient = floats(buffers, 'queryGradient');
    const { heads, keyValueHeads, width, scale } = shape(constants);
    const sums = new Float64Array(width);
    for (let row = 0; row < rows; row += 1) {
      for (let head = 0; head < heads; head += 1) {
        const own = row * heads + head;
        sums.fill(0);
        for (let j = starts[row] as number; j <= row; j += 1) {
          const base = (j * keyValueHeads + Math.floor((head * keyValueHeads) / heads)) * width;
          const score = scale * dot(query, own * width, key, base, width);
          const change = dot(outputGradient, own * width, value, base, width) - (statistics[2 * own + 1] as number);
          const factor = scale * Math.exp(score - (statistics[2 * own] as number)) * change;
          for (let i = 0; i < width; i += 1) sums[i] = (sums[i] as number) + factor * (key[base + i] as number);
        }
        queryGradient.set(sums, own * width);
      }
    }
  },
  variants: [variant(querySource, 'heads')],
};

/** keyGradient and valueGradient [rows, keyValueHeads, width]. */
export const attentionBackwardKeyValue: Operator = {
  name: 'attentionBackwardKeyValue',
  bindings: [
    { name: 'starts', access: 'read' },
    { name: 'query', access: 'read' },
    { name: 'key', access: 'read' },
    { name: 'value', access: 'read' },
    { name: 'outputGradient', access: 'read' },
    { name: 'statistics', access: 'read' },
    { name: 'keyGradient', access: 'write' },
    { name: 'valueGradient', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const { starts, query, key, outputGradient } = inputs(buffers);
    const value = floats(buffers, 'value');
    const statistics = floats(buffers, 'statistics');
    const keyGradient = floats(buffers, 'keyGradient');
    const valueGradient = floats(buffers, 'valueGradient');
    const { heads, keyValueHeads, width, scale } = shape(constants);
    const share = heads / keyValueHeads;
    const keySums = new Float64Array(width);
    const valueSums = new Float64Array(width);
    for (let row = 0; row < rows; row += 1) {
      for (let keyHead = 0; keyHead < keyValueHeads; keyHead += 1) {
        const base = (row * keyValueHeads + keyHead) * width;
        keySums.fill(0);
        valueSums.fill(0);
        for (let t = row; t < rows && (starts[t] as number) <= row; t += 1) {
          for (let head = keyHead * share; head < (keyHead + 1) * share; head += 1) {
            const other = (t * heads + head) * width;
            const score = scale * dot(query, other, key, base, width);
            const probability = Math.exp(score - (statistics[2 * (t * heads + head)] as number));
            const change =
              dot(outputGradient, other, value, base, width) - (statistics[2 * (t * heads + head) + 1] as number);
            const factor = scale * probability * change;
            for (let i = 0; i < width; i += 1) {
              keySums[i] = (keySums[i] as number) + factor * (query[other + i] as number);
              valueSums[i] = (valueSums[i] as number) + probability * (outputGradient[other + i] as number);
            }
          }
        }
        keyGradient.set(keySums, base);
        valueGradient.set(valueSums, base);
      }
    }
  },
  variants: [variant(keyValueSource, 'keyValueHeads')],
};
