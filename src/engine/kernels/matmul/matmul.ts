// The product of activations and a trainable f32 matrix: the low-rank factors of an adapter, forward and backward.
import type { Operator } from '../../backend.ts';
import { constant, floats, words } from '../operands.ts';
import source from './matmul.wgsl?raw';

/**
 * result [rows, columns] = (accumulate ? result : 0) + scale * left [rows, depth] * right'.
 *
 * `right` starts at element `place[0]` of its buffer (a tensor, not a constant: matrices of one shape share a pipeline). With
 * `transposeRight` = 1 it is stored as [columns, depth] and used transposed, else as [depth, columns].
 * Constants: columns, depth, transposeRight, accumulate, scale.
 */
export const matmul: Operator = {
  name: 'matmul',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'left', access: 'read' },
    { name: 'right', access: 'read' },
    { name: 'place', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const left = floats(buffers, 'left');
    const right = floats(buffers, 'right').subarray(words(buffers, 'place')[0]);
    const result = floats(buffers, 'result');
    const columns = constant(constants, 'columns');
    const depth = constant(constants, 'depth');
    const scale = constant(constants, 'scale');
    const keep = constant(constants, 'accumulate');
    const transposed = constant(constants, 'transposeRight') === 1;
    const sums = new Float64Array(columns);
    for (let row = 0; row < rows; row += 1) {
      sums.fill(0);
      if (transposed) {
        for (let column = 0; column < columns; column += 1) {
          let sum = 0;
          for (let k = 0; k < depth; k += 1)
            sum += (left[row * depth + k] as number) * (right[column * depth + k] as number);
          sums[column] = sum;
        }
      } else {
        for (let k = 0; k < depth; k += 1) {
          const value = left[row * depth + k] as number;
          for (let column = 0; column < columns; column += 1) {
            sums[column] = (sums[column] as number) + value * (right[k * columns + column] as number);
          }
        }
      }
      for (let column = 0; column < columns; column += 1) {
        const at = row * columns + column;
        result[at] = (keep === 1 ? (result[at] as number) : 0) + scale * (sums[column] as number);
      }
    }
  },
  variants: [
    {
      name: 'tile-4x4',
      source: () => source,
      overrides: ({ columns, depth, transposeRight, accumulate, scale }) =>
        ({ columns, depth, transposeRight, accumulate, scale }) as Record<string, number>,
      workgroups: (constants, { rows }) => [Math.ceil(constant(constants, 'columns') / 16), Math.ceil(rows / 64), 1],
    },
  ],
};
