// Zeroes the rows that do not use an adapter, between its two factors: in a batch with several adapters, B (A x) then adds
// nothing to the rows of the others.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats, integers } from '../operands.ts';
import source from './maskAdapterRows.wgsl?raw';

/** Constants: columns; adapter, the index of the adapter whose rows are left unchanged. */
export const maskAdapterRowsOperator: Operator = {
  name: 'maskAdapterRows',
  bindings: [
    { name: 'adapters', access: 'read' },
    { name: 'x', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const columns = constant(constants, 'columns');
    const adapter = constant(constants, 'adapter');
    const adapters = integers(buffers, 'adapters');
    const x = floats(buffers, 'x');
    for (let row = 0; row < rows; row += 1) {
      if (adapters[row] !== adapter) x.fill(0, row * columns, (row + 1) * columns);
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => source,
      parameters: (constants: Constants) =>
        Uint32Array.of(constant(constants, 'columns'), constant(constants, 'adapter'), 0, 0),
      workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call x[r, :] = 0 where adapters[r] is not `adapter`: adapters i32 [rows], x f32 [rows, columns]. */
export function maskAdapterRows(adapters: Tensor, x: Tensor, columns: number, adapter: number): OperatorCall {
  return { operator: maskAdapterRowsOperator, tensors: { adapters, x }, constants: { columns, adapter } };
}
