// One AdamW step over a flat parameter vector, with the gradients clipped by their global norm.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../operands.ts';
import source from './adamW.wgsl?raw';

/**
 * Updates parameters, firstMoments and secondMoments [length] from gradients [length] and their global norm [1].
 * `settings` [8]: learning rate, weight decay, maximum norm (0: no clipping), 1 - beta1^t, 1 - beta2^t, beta1, beta2,
 * epsilon. Weight decay applies to every element. Constant: length.
 */
export const adamW: Operator = {
  name: 'adamW',
  bindings: [
    { name: 'settings', access: 'read' },
    { name: 'norm', access: 'read' },
    { name: 'gradients', access: 'read' },
    { name: 'parameters', access: 'write' },
    { name: 'firstMoments', access: 'write' },
    { name: 'secondMoments', access: 'write' },
  ],
  reference(buffers, constants) {
    const [rate, decay, maximum, correction1, correction2, beta1, beta2, epsilon] = floats(
      buffers,
      'settings',
    ) as unknown as [number, number, number, number, number, number, number, number];
    const norm = floats(buffers, 'norm')[0] as number;
    const gradients = floats(buffers, 'gradients');
    const parameters = floats(buffers, 'parameters');
    const firstMoments = floats(buffers, 'firstMoments');
    const secondMoments = floats(buffers, 'secondMoments');
    const clip = maximum > 0 ? Math.min(1, maximum / (norm + 1e-6)) : 1;
    for (let i = 0; i < constant(constants, 'length'); i += 1) {
      const gradient = (gradients[i] as number) * clip;
      const first = beta1 * (firstMoments[i] as number) + (1 - beta1) * gradient;
      const second = beta2 * (secondMoments[i] as number) + (1 - beta2) * gradient * gradient;
      firstMoments[i] = first;
      secondMoments[i] = second;
      const decayed = (parameters[i] as number) * (1 - rate * decay);
      parameters[i] = decayed - (rate * (first / correction1)) / (Math.sqrt(second / correction2) + epsilon);
    }
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
