// Activations as signed bytes in blocks of 32, each with its scale: the input of `linearInt8`.
import type { Buffers, Constants, Operator, OperatorCall, Tensor, Variables } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats } from '../operands.ts';
import source from './quantizeActivations.wgsl?raw';

/** Rows of activations as bytes. */
export interface QuantizedActivations {
  /** u32 [rows, ceil(columns / 32), 8]: four signed bytes per word. */
  readonly codes: Tensor;
  /** f32 [rows, ceil(columns / 32), 2]: the block's scale d, and d times the sum of its bytes. */
  readonly factors: Tensor;
}

/** The nearest integer, ties to even, as in WGSL's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const above = value - floor;
  if (above !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function reference(buffers: Buffers, constants: Constants, { rows }: Variables): void {
  const columns = constant(constants, 'columns');
  const blocks = Math.ceil(columns / 32);
  const x = floats(buffers, 'x');
  const factors = floats(buffers, 'factors');
  const words = buffers['codes'] as Uint32Array;
  const bytes = new Int8Array(words.buffer, words.byteOffset, words.length * 4);
  for (let n = 0; n < rows * blocks; n += 1) {
    const first = (n % blocks) * 32;
    const at = Math.floor(n / blocks) * columns + first;
    const block = x.subarray(at, at + Math.min(32, columns - first));
    let largest = 0;
    for (const value of block) largest = Math.max(largest, Math.abs(value));
    const inverse = largest > 0 ? Math.fround(127 / largest) : 0;
    let sum = 0;
    bytes.fill(0, n * 32, (n + 1) * 32);
    for (const [index, value] of block.entries()) {
      const code = roundHalfEven(Math.fround(value * inverse));
      sum += code;
      bytes[n * 32 + index] = code;
    }
    const d = Math.fround(largest / 127);
    factors[2 * n] = d;
    factors[2 * n + 1] = d * sum;
  }
}

export const quantizeActivationsOperator: Operator = {
  name: 'quantizeActivations',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'codes', access: 'write' },
    { name: 'factors', access: 'write' },
  ],
  reference,
  variants: [
    {
      name: 'thread-per-block',
      source: () => source,
      parameters: (constants) => Uint32Array.of(constant(constants, 'columns'), 0, 0, 0),
      workgroups: (constants, { rows }) => dispatchSize(rows * Math.ceil(constant(constants, 'columns') / 32)),
    },
  ],
};

/** The call that quantises x, f32 [capacity, columns], into `result`, which may be sized for more columns. */
export function quantizeActivations(
  x: Tensor,
  { codes, factors }: QuantizedActivations,
  columns: number,
): OperatorCall {
  return { operator: quantizeActivationsOperator, tensors: { x, codes, factors }, constants: { columns } };
}
