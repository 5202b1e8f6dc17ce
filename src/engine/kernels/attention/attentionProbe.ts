// The inputs on which variants of attention are compared and timed.
import type { Constants, ElementArray, OperatorCall, OperatorProbe } from '../../backend.ts';
import { constant } from '../operands.ts';
import { testNoise } from '../testNoise.ts';

/** Keys per row when a variant is timed. */
const MEASURED_KEYS = 512;

const widthOf = (constants: Constants, heads: 'heads' | 'keyValueHeads'): number =>
  constant(constants, heads) * constant(constants, 'headDimension');

function rowsOf({ tensors, constants }: OperatorCall): number {
  return (tensors['result']?.length ?? 0) / widthOf(constants, 'heads');
}

function keysAndValues(constants: Constants, keys: number): Record<string, ElementArray> {
  const length = keys * widthOf(constants, 'keyValueHeads');
  return { keys: testNoise(length, 2), values: testNoise(length, 3) };
}

export const attentionProbe: OperatorProbe = {
  shape(call) {
    const { constants } = call;
    const [heads, keyValueHeads, dimension] = ['heads', 'keyValueHeads', 'headDimension'].map((name) =>
      constant(constants, name),
    );
    return `${rowsOf(call)} x ${heads}/${keyValueHeads} heads of ${dimension}`;
  },
  checks({ constants }) {
    // No key, one key, fewer keys than any kernel has lanes, more than twice as many, and a window in the middle.
    const spans = Uint32Array.of(3, 3, 0, 1, 0, 7, 0, 71, 19, 60);
    const rows = spans.length / 2;
    const q = testNoise(rows * widthOf(constants, 'heads'));
    return [
      { constants, rows, tensors: { q, spans, ...keysAndValues(constants, 71), result: testNoise(q.length, 5) } },
    ];
  },
  load(call) {
    const { constants } = call;
    const rows = rowsOf(call);
    const spans = Uint32Array.from({ length: 2 * rows }, (_, index) => (index % 2) * MEASURED_KEYS);
    const own = { spans, ...keysAndValues(constants, MEASURED_KEYS) };
    return { constants, rows, tensors: { q: testNoise(rows * widthOf(constants, 'heads')), ...own } };
  },
};
