// Gemma 2's soft cap: bounds logits to -cap .. cap and preserves their order.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats } from '../operands.ts';
import source from './softcap.wgsl?raw';

/** Constants: columns, cap. */
export const softcapOperator: Operator = {
  name: 'softcap',
  bindings: [{ name: 'x', access: 'write' }],
  reference(buffers, constants, { rows }) {
    const x = floats(buffers, 'x');
    const cap = constant(constants, 'cap');
    const length = rows * constant(constants, 'columns');
    for (let i = 0; i < length; i += 1) x[i] = cap * Math.tanh((x[i] as number) / cap);
  },
  variants: [
    {
      name: 'flat',
      source: () => source,
      overrides: (constants: Constants) => ({ cap: constant(constants, 'cap') }),
      workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call x = cap * tanh(x / cap) in place, f32 [rows, columns]. */
export function softcap(x: Tensor, columns: number, cap: number): OperatorCall {
  return { operator: softcapOperator, tensors: { x }, constants: { columns, cap } };
}
