// Gradient of RMS normalisation with respect to its input. The weight is frozen in LoRA training and needs no gradient.
import type { Operator } from '../../backend.ts';
import { constant, floats } from '../operands.ts';
import source from './rmsNormBackward.wgsl?raw';

/**
 * inputGradient [rows * groups, width] = (accumulate ? inputGradient : 0) + d(rmsNorm)/d(input) * outputGradient.
 * `groups` is 1 for a layer norm and the number of heads for Qwen3's norm of queries and keys. Constants: width, groups,
 * epsilon, accumulate.
 */
export const rmsNormBackward: Operator = {
  name: 'rmsNormBackward',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'input', access: 'read' },
    { name: 'weight', access: 'read' },
    { name: 'outputGradient', access: 'read' },
    { name: 'inputGradient', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const input = floats(buffers, 'input');
    const weight = floats(buffers, 'weight');
    const outputGradient = floats(buffers, 'outputGradient');
    const inputGradient = floats(buffers, 'inputGradient');
    const width = constant(constants, 'width');
    const keep = constant(constants, 'accumulate') === 1;
    for (let vector = 0; vector < rows * constant(constants, 'groups'); vector += 1) {
      const base = vector * width;
      let squares = 0;
      let products = 0;
      for (let i = 0; i < width; i += 1) {
        const value = input[base + i] as number;
        squares += value * value;
        products += (weight[i] as number) * (outputGradient[base + i] as number) * value;
      }
      const inverse = 1 / Math.sqrt(squares / width + constant(constants, 'epsilon'));
      const common = (products / width) * inverse * inverse;
      for (let i = 0; i < width; i += 1) {
        const gradient =
          inverse *
          ((weight[i] as number) * (outputGradient[base + i] as number) - (input[base + i] as number) * common);
        inputGradient[base + i] = (keep ? (inputGradient[base + i] as number) : 0) + gradient;
      }
    }
  },
  variants: [
    {
      name: 'plain',
      source: () => source,
      overrides: ({ width, groups, epsilon, accumulate }) =>
        ({ width, groups, epsilon, accumulate }) as Record<string, number>,
      workgroups: (constants, { rows }) => [Math.ceil((rows * constant(constants, 'groups')) / 16), 1, 1],
    },
  ],
};
