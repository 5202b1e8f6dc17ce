// Stores the batch's keys or values at their positions in the cache.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { constant, floats, words } from '../constants.ts';
import { grid } from '../grid.ts';
import wgsl from './writeCache.wgsl?raw';

/** Constants: columns. */
export const writeCacheOperator: Operator = {
  name: 'writeCache',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'positions', access: 'read' },
    { name: 'source', access: 'read' },
    { name: 'cache', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const columns = constant(constants, 'columns');
    const positions = words(buffers, 'positions');
    const source = floats(buffers, 'source');
    const cache = floats(buffers, 'cache');
    for (let row = 0; row < rows; row += 1) {
      cache.set(source.subarray(row * columns, (row + 1) * columns), (positions[row] ?? 0) * columns);
    }
  },
  variants: [
    {
      name: 'flat',
      source: () => wgsl,
      overrides: (constants: Constants) => ({ columns: constant(constants, 'columns') }),
      workgroups: (constants, { rows }) => grid(rows * constant(constants, 'columns')),
    },
  ],
};

/** The call cache[positions[r]] = source[r]: source f32 [rows, columns], cache f32 [context, columns]. */
export function writeCache(
  tensors: { readonly step: Tensor; readonly positions: Tensor; readonly source: Tensor; readonly cache: Tensor },
  columns: number,
): OperatorCall {
  return { operator: writeCacheOperator, tensors: { ...tensors }, constants: { columns } };
}
