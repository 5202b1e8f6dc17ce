// Gradients of SwiGLU with respect to its two inputs.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../operands.ts';
import source from './swiGluBackward.wgsl?raw';

/** gateGradient, upGradient [rows, width] of silu(gate) * up, from outputGradient. Constant: width. */
export const swiGluBackward: Operator = {
  name: 'swiGluBackward',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'gate', access: 'read' },
    { name: 'up', access: 'read' },
    { name: 'outputGradient', access: 'read' },
    { name: 'gateGradient', access: 'write' },
    { name: 'upGradient', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const gate = floats(buffers, 'gate');
    const up = floats(buffers, 'up');
    const outputGradient = floats(buffers, 'outputGradient');
    const gateGradient = floats(buffers, 'gateGradient');
    const upGradient = floats(buffers, 'upGradient');
    const length = rows * constant(constants, 'width');
    for (let at = 0; at < length; at += 1) {
      const value = gate[at] as number;
      const gradient = outputGradient[at] as number;
      const sigmoid = 1 / (1 + Math.exp(-value));
      gateGradient[at] = gradient * (up[at] as number) * sigmoid * (1 + value * (1 - sigmoid));
      upGradient[at] = gradient * value * sigmoid;
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
