// Clears an f32 tensor before gradients accumulate in it.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../operands.ts';
import source from './fillZero.wgsl?raw';

/** values [length] = 0. Constant: length. */
export const fillZero: Operator = {
  name: 'fillZero',
  bindings: [{ name: 'values', access: 'write' }],
  reference(buffers, constants) {
    floats(buffers, 'values').fill(0, 0, constant(constants, 'length'));
  },
  variants: [
    {
      name: 'plain',
      source: () => source,
      overrides: (constants) => ({ length: constant(constants, 'length') }),
      workgroups: (constants) => [Math.ceil(constant(constants, 'length') / 1024), 1, 1],
    },
  ],
};
