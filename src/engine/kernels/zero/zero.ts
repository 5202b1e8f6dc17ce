// Clears an f32 tensor, before gradients are accumulated in it.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../constants.ts';
import source from './zero.wgsl?raw';

/** values [length] = 0. Constant: length. */
export const zero: Operator = {
  name: 'zero',
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
