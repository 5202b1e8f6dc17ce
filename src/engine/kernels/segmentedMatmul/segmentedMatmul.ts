// Gradients of the low-rank matrices: outer products of activations and their gradients, summed over the rows of each
// segment. Training uses one segment for the whole batch; attribution uses one per training row, for per-sample gradients.
import type { Operator } from '../../backend.ts';
import { constant, floats, words } from '../operands.ts';
import source from './segmentedMatmul.wgsl?raw';

/**
 * result[s] [height, columns] += scale * left[segment s]' * right[segment s], at element place[0] + s * place[1].
 * `segments` u32 [segmentCount, 2]: the first row and one past the last; equal for an unused slot.
 * Constants: height, columns, segmentCount, scale.
 */
export const segmentedMatmul: Operator = {
  name: 'segmentedMatmul',
  bindings: [
    { name: 'segments', access: 'read' },
    { name: 'left', access: 'read' },
    { name: 'right', access: 'read' },
    { name: 'place', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants) {
    const segments = words(buffers, 'segments');
    const left = floats(buffers, 'left');
    const right = floats(buffers, 'right');
    const result = floats(buffers, 'result');
    const height = constant(constants, 'height');
    const columns = constant(constants, 'columns');
    const scale = constant(constants, 'scale');
    const [offset = 0, stride = 0] = words(buffers, 'place');
    const sums = new Float64Array(height * columns);
    for (let segment = 0; segment < constant(constants, 'segmentCount'); segment += 1) {
      sums.fill(0);
      for (let t = segments[2 * segment] as number; t < (segments[2 * segment + 1] as number); t += 1) {
        for (let m = 0; m < height; m += 1) {
          const value = left[t * height + m] as number;
          for (let n = 0; n < columns; n += 1) {
            sums[m * columns + n] = (sums[m * columns + n] as number) + value * (right[t * columns + n] as number);
          }
        }
      }
      const base = offset + segment * stride;
      for (let i = 0; i < sums.length; i += 1)
        result[base + i] = (result[base + i] as number) + scale * (sums[i] as number);
    }
  },
  variants: [
    {
      name: 'tile-4x4',
      source: () => source,
      overrides: ({ columns, height, scale }) => ({ columns, height, scale }) as Record<string, number>,
      workgroups: (constants) => [
        Math.ceil(constant(constants, 'columns') / 16),
        Math.ceil(constant(constants, 'height') / 64),
        constant(constants, 'segmentCount'),
      ],
    },
  ],
};
