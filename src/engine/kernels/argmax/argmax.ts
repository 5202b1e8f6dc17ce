// The index of the largest logit, so that greedy decoding reads back one word instead of all logits.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { constant, floats, words } from '../operands.ts';
import wgsl from './argmax.wgsl?raw';

/** Constants: columns. Ties go to the smallest index. */
export const argmaxOperator: Operator = {
  name: 'argmax',
  bindings: [
    { name: 'logits', access: 'read' },
    { name: 'index', access: 'write' },
  ],
  reference(buffers, constants) {
    const logits = floats(buffers, 'logits');
    let best = 0;
    for (let i = 1; i < constant(constants, 'columns'); i += 1) {
      if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
    }
    words(buffers, 'index')[0] = best;
  },
  variants: [
    {
      name: 'single-workgroup',
      source: () => wgsl,
      overrides: (constants: Constants) => ({ columns: constant(constants, 'columns') }),
      workgroups: () => [1, 1, 1],
    },
  ],
};

/** The call index[0] = argmax(logits): logits f32 [columns], index u32 [1]. */
export function argmax(logits: Tensor, index: Tensor, columns: number): OperatorCall {
  return { operator: argmaxOperator, tensors: { logits, index }, constants: { columns } };
}
