// Copies the last active row: only its logits choose the next token, so the head need not see the others.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { constant, floats, words } from '../constants.ts';
import { grid } from '../grid.ts';
import wgsl from './takeRow.wgsl?raw';

/** Constants: columns. */
export const takeRowOperator: Operator = {
  name: 'takeRow',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'x', access: 'read' },
    { name: 'row', access: 'write' },
  ],
  reference(buffers, constants) {
    const columns = constant(constants, 'columns');
    const at = ((words(buffers, 'step')[0] ?? 1) - 1) * columns;
    floats(buffers, 'row').set(floats(buffers, 'x').subarray(at, at + columns));
  },
  variants: [
    {
      name: 'flat',
      source: () => wgsl,
      overrides: (constants: Constants) => ({ columns: constant(constants, 'columns') }),
      workgroups: (constants) => grid(constant(constants, 'columns')),
    },
  ],
};

/** The call row = x[step[0] - 1]: x f32 [rows, columns], row f32 [columns]. */
export function takeRow(step: Tensor, x: Tensor, row: Tensor, columns: number): OperatorCall {
  return { operator: takeRowOperator, tensors: { step, x, row }, constants: { columns } };
}
