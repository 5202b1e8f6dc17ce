// Multiplies a tensor by a constant in place: Gemma's embedding scale.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats } from '../operands.ts';
import source from './scale.wgsl?raw';

/** Constants: columns, factor. */
export const scaleOperator: Operator = {
  name: 'scale',
  bindings: [{ name: 'x', access: 'write' }],
  reference(buffers, constants, { rows }) {
    const x = floats(buffers, 'x');
    const factor = constant(constants, 'factor');
    const length = rows * constant(constants, 'columns');
    for (let i = 0; i < length; i += 1) x[i] = (x[i] as number) * factor;
  },
  variants: [
    {
      name: 'flat',
      source: () => source,
      overrides: (constants: Constants) => ({ factor: constant(constants, 'factor') }),
      workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call x *= factor, f32 [rows, columns]. */
export function scale(x: Tensor, columns: number, factor: number): OperatorCall {
  return { operator: scaleOperator, tensors: { x }, constants: { columns, factor } };
}
