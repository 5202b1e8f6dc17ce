// Gathers rows by index. The forward pass selects the positions that have a target; the backward pass, with the inverse
// index (-1 where there is none), scatters their gradients and writes zeros elsewhere.
import type { Operator } from '../../backend.ts';
import { constant, floats, integers } from '../operands.ts';
import source from './gatherRows.wgsl?raw';

/** result[r] [width] = values[indices[r]], or zeros where indices[r] < 0, for r < rows. Constant: width. */
export const gatherRows: Operator = {
  name: 'gatherRows',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'indices', access: 'read' },
    { name: 'values', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const indices = integers(buffers, 'indices');
    const values = floats(buffers, 'values');
    const result = floats(buffers, 'result');
    const width = constant(constants, 'width');
    for (let row = 0; row < rows; row += 1) {
      const index = indices[row] as number;
      if (index < 0) result.fill(0, row * width, (row + 1) * width);
      else result.set(values.subarray(index * width, (index + 1) * width), row * width);
    }
  },
  variants: [
    {
      name: 'plain',
      source: () => source,
      overrides: (constants) => ({ width: constant(constants, 'width') }),
      workgroups: (constants, { rows }) => [Math.ceil(constant(constants, 'width') / 64), rows, 1],
    },
  ],
};
