// The gated activation of Gemma's feed-forward layer (Shazeer 2020; GELU's approximation: Hendrycks and Gimpel 2016).
import type { Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats } from '../operands.ts';
import source from './geGlu.wgsl?raw';

/** Constants: columns. */
export const geGluOperator: Operator = {
  name: 'geGlu',
  bindings: [
    { name: 'gate', access: 'read' },
    { name: 'up', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const gate = floats(buffers, 'gate');
    const up = floats(buffers, 'up');
    const result = floats(buffers, 'result');
    const length = rows * constant(constants, 'columns');
    for (let i = 0; i < length; i += 1) {
      const value = gate[i] as number;
      const inner = Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3);
      result[i] = 0.5 * value * (1 + Math.tanh(inner)) * (up[i] as number);
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => source,
      workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call result = gelu(gate) * up with the tanh approximation, each f32 [rows, columns]. */
export function geGlu(gate: Tensor, up: Tensor, result: Tensor, columns: number): OperatorCall {
  return { operator: geGluOperator, tensors: { gate, up, result }, constants: { columns } };
}
