// Cross-entropy of logits and labels. Its gradient overwrites the logits, so the [rows, vocabulary] matrix exists only once.
import type { Operator } from '../../backend.ts';
import { constant, floats, integers } from '../operands.ts';
import source from './crossEntropy.wgsl?raw';
import backwardSource from './crossEntropyBackward.wgsl?raw';

/** losses, logSums [rows] of logits [rows, vocabulary] and labels [rows]; a negative label is ignored. Constant: vocabulary. */
export const crossEntropy: Operator = {
  name: 'crossEntropy',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'logits', access: 'read' },
    { name: 'labels', access: 'read' },
    { name: 'losses', access: 'write' },
    { name: 'logSums', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const logits = floats(buffers, 'logits');
    const labels = integers(buffers, 'labels');
    const losses = floats(buffers, 'losses');
    const logSums = floats(buffers, 'logSums');
    const vocabulary = constant(constants, 'vocabulary');
    for (let row = 0; row < rows; row += 1) {
      const label = labels[row] as number;
      losses[row] = 0;
      logSums[row] = 0;
      if (label < 0) continue;
      const base = row * vocabulary;
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < vocabulary; i += 1) largest = Math.max(largest, logits[base + i] as number);
      let sum = 0;
      for (let i = 0; i < vocabulary; i += 1) sum += Math.exp((logits[base + i] as number) - largest);
      losses[row] = largest - (logits[base + label] as number) + Math.log(sum);
      logSums[row] = largest + Math.log(sum);
    }
  },
  variants: [
    {
      name: 'plain',
      source: () => source,
      overrides: (constants) => ({ vocabulary: constant(constants, 'vocabulary') }),
      workgroups: (_, { rows }) => [Math.ceil(rows / 8), 1, 1],
    },
  ],
};

/**
 * logits [rows, vocabulary] = scale[0] * (softmax(logits) - one-hot(labels)), zero rows where a label is negative.
 * Constant: vocabulary.
 */
export const crossEntropyBackward: Operator = {
  name: 'crossEntropyBackward',
  bindings: [
    { name: 'step', access: 'read' },
    { name: 'labels', access: 'read' },
    { name: 'logSums', access: 'read' },
    { name: 'scale', access: 'read' },
    { name: 'logits', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const labels = integers(buffers, 'labels');
    const logSums = floats(buffers, 'logSums');
    const scale = floats(buffers, 'scale')[0] as number;
    const logits = floats(buffers, 'logits');
    const vocabulary = constant(constants, 'vocabulary');
    for (let row = 0; row < rows; row += 1) {
      const label = labels[row] as number;
      const base = row * vocabulary;
      for (let i = 0; i < vocabulary; i += 1) {
        const probability = label < 0 ? 0 : Math.exp((logits[base + i] as number) - (logSums[row] as number));
        logits[base + i] = scale * (probability - (i === label ? 1 : 0));
      }
    }
  },
  variants: [
    {
      name: 'plain',
      source: () => backwardSource,
      overrides: (constants) => ({ vocabulary: constant(constants, 'vocabulary') }),
      workgroups: (constants, { rows }) => [Math.ceil(constant(constants, 'vocabulary') / 64), rows, 1],
    },
  ],
};
