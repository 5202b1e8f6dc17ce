// The L2 norm of all gradients together, in two passes without atomics, so that the result is deterministic on a device.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../operands.ts';
import finishSource from './finishNorm.wgsl?raw';
import source from './gradientNorm.wgsl?raw';

const PARTIAL_COUNT = 256;

/** partials [256]: partial sums of the squares of gradients [length]. Constant: length. */
export const gradientNorm: Operator = {
  name: 'gradientNorm',
  bindings: [
    { name: 'gradients', access: 'read' },
    { name: 'partials', access: 'write' },
  ],
  reference(buffers, constants) {
    const gradients = floats(buffers, 'gradients');
    const partials = floats(buffers, 'partials');
    for (let partial = 0; partial < PARTIAL_COUNT; partial += 1) {
      let sum = 0;
      for (let i = partial; i < constant(constants, 'length'); i += PARTIAL_COUNT) sum += (gradients[i] as number) ** 2;
      partials[partial] = sum;
    }
  },
  variants: [
    {
      name: 'plain',
      source: () => source,
      overrides: (constants) => ({ length: constant(constants, 'length') }),
      workgroups: () => [PARTIAL_COUNT / 64, 1, 1],
    },
  ],
};

/** norm [1]: the square root of the sum of partials [256]. */
export const finishNorm: Operator = {
  name: 'finishNorm',
  bindings: [
    { name: 'partials', access: 'read' },
    { name: 'norm', access: 'write' },
  ],
  reference(buffers) {
    const sum = floats(buffers, 'partials').reduce((total, value) => total + value, 0);
    floats(buffers, 'norm')[0] = Math.sqrt(sum);
  },
  variants: [{ name: 'plain', source: () => finishSource, workgroups: () => [1, 1, 1] }],
};
