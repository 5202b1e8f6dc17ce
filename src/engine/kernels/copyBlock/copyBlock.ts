// Copies one block of a KV cache to another.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats, words } from '../operands.ts';
import wgsl from './copyBlock.wgsl?raw';

/** Constants: size, the elements per block. */
export const copyBlockOperator: Operator = {
  name: 'copyBlock',
  bindings: [
    { name: 'pair', access: 'read' },
    { name: 'cache', access: 'write' },
  ],
  reference(buffers, constants) {
    const size = constant(constants, 'size');
    const [from = 0, to = 0] = words(buffers, 'pair');
    floats(buffers, 'cache').copyWithin(to * size, from * size, (from + 1) * size);
  },
  variants: [
    {
      name: 'flat',
      source: () => wgsl,
      overrides: (constants: Constants) => ({ size: constant(constants, 'size') }),
      workgroups: (constants) => dispatchSize(constant(constants, 'size')),
    },
  ],
};

/** The call cache[pair[1]] = cache[pair[0]]: pair u32 [2], cache f32 [blocks, size]. */
export function copyBlock(pair: Tensor, cache: Tensor, size: number): OperatorCall {
  return { operator: copyBlockOperator, tensors: { pair, cache }, constants: { size } };
}
