// Copies the last active row: only its logits determine the next token, so the output head can skip the others.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats, words } from '../operands.ts';
import wgsl from './selectRow.wgsl?raw';

/** Constants: columns. */
export const selectRowOperator: Operator = {
  name: 'selectRow',
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
      workgroups: (constants) => dispatchSize(constant(constants, 'columns')),
    },
  ],
};

/** The call row = x[step[0] - 1]: x f32 [rows, columns], row f32 [columns]. */
export function selectRow(step: Tensor, x: Tensor, row: Tensor, columns: number): OperatorCall {
  return { operator: selectRowOperator, tensors: { step, x, row }, constants: { columns } };
}
