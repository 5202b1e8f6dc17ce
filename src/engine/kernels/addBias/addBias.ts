// Adds one vector to every row (Qwen2's bias on queries, keys and values).
import type { Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { floats } from '../operands.ts';
import source from './addBias.wgsl?raw';

/** Constants: columns, the length of the bias. */
export const addBiasOperator: Operator = {
  name: 'addBias',
  bindings: [
    { name: 'bias', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  reference(buffers, _, { rows }) {
    const bias = floats(buffers, 'bias');
    const y = floats(buffers, 'y');
    for (let i = 0; i < rows * bias.length; i += 1) y[i] = (y[i] ?? 0) + (bias[i % bias.length] ?? 0);
  },
  variants: [
    {
      name: 'flat',
      source: () => source,
      workgroups: (constants, { rows }) => dispatchSize(rows * (constants['columns'] ?? 0)),
    },
  ],
};

/** The call y += bias on every row: y f32 [rows, bias.length]. */
export function addBias(bias: Tensor, y: Tensor): OperatorCall {
  return { operator: addBiasOperator, tensors: { bias, y }, constants: { columns: bias.length } };
}
