// The gated activation of Llama's feed-forward layer (Shazeer 2020).
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats } from '../operands.ts';
import template from './swiGlu.wgsl?raw';

/** Elements per invocation. */
const width = (constants: Constants): number => (constant(constants, 'columns') % 4 === 0 ? 4 : 1);

/** Constants: columns. */
export const swiGluOperator: Operator = {
  name: 'swiGlu',
  bindings: [
    { name: 'gate', access: 'read' },
    { name: 'up', access: 'read' },
    { name: 'result', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const gate = floats(buffers, 'gate');
    const up = floats(buffers, 'up');
    const result = floats(buffers, 'result');
    const length = rows * constant(constants, 'columns');
    for (let i = 0; i < length; i += 1) {
      const value = gate[i] as number;
      result[i] = (value / (1 + Math.exp(-value))) * (up[i] as number);
    }
  },
  variants: [
    {
      name: 'flat',
      source: (constants) => expandTemplate(template, { NUMBER: width(constants) === 4 ? 'vec4f' : 'f32' }),
      workgroups: (constants, { rows }) => dispatchSize((rows * constant(constants, 'columns')) / width(constants)),
    },
  ],
};

/** The call result = silu(gate) * up, each f32 [rows, columns]. */
export function swiGlu(gate: Tensor, up: Tensor, result: Tensor, columns: number): OperatorCall {
  return { operator: swiGluOperator, tensors: { gate, up, result }, constants: { columns } };
}
