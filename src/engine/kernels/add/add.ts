// Adds one tensor, scaled, to another in place.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats } from '../operands.ts';
import wgsl from './add.wgsl?raw';

/** Constants: columns, scale. */
export const addOperator: Operator = {
  name: 'add',
  bindings: [
    { name: 'source', access: 'read' },
    { name: 'target', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const source = floats(buffers, 'source');
    const target = floats(buffers, 'target');
    const length = rows * constant(constants, 'columns');
    const scale = constant(constants, 'scale');
    for (let i = 0; i < length; i += 1) {
      target[i] = (target[i] as number) + scale * (source[i] as number);
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => wgsl,
      overrides: (constants: Constants) => ({ scale: constant(constants, 'scale') }),
      workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call target += scale * source, both f32 [rows, columns]. */
export function add(source: Tensor, target: Tensor, columns: number, scale = 1): OperatorCall {
  return { operator: addOperator, tensors: { source, target }, constants: { columns, scale } };
}
