// Rotary position embedding from a table of cosines and sines, half-split as Hugging Face stores heads.
import type { Constants, Operator, OperatorCall, Tensor } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant, floats, words } from '../operands.ts';
import source from './rope.wgsl?raw';

/** Constants: heads, headDimension, rotaryDimension, direction (1, or -1 for the inverse). Source: Su et al. 2021 (RoFormer). */
export const ropeOperator: Operator = {
  name: 'rope',
  bindings: [
    { name: 'positions', access: 'read' },
    { name: 'table', access: 'read' },
    { name: 'x', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const heads = constant(constants, 'heads');
    const dimension = constant(constants, 'headDimension');
    const half = constant(constants, 'rotaryDimension') / 2;
    const direction = constant(constants, 'direction');
    const positions = words(buffers, 'positions');
    const table = floats(buffers, 'table');
    const x = floats(buffers, 'x');
    for (let row = 0; row < rows; row += 1) {
      for (let head = 0; head < heads; head += 1) {
        for (let i = 0; i < half; i += 1) {
          const entry = 2 * ((positions[row] ?? 0) * half + i);
          const cos = table[entry] ?? 0;
          const sin = (table[entry + 1] ?? 0) * direction;
          const at = (row * heads + head) * dimension + i;
          const a = x[at] ?? 0;
          const b = x[at + half] ?? 0;
          x[at] = a * cos - b * sin;
          x[at + half] = b * cos + a * sin;
        }
      }
    }
  },
  variants: [
    {
      name: 'thread-per-pair',
      source: () => source,
      overrides: (constants: Constants) => ({
        heads: constant(constants, 'heads'),
        dimension: constant(constants, 'headDimension'),
        half_rotary: constant(constants, 'rotaryDimension') / 2,
        direction: constant(constants, 'direction'),
      }),
      workgroups: (constants, { rows }) =>
        dispatchSize((rows * constant(constants, 'heads') * constant(constants, 'rotaryDimension')) / 2),
    },
  ],
};

export interface RopeOptions {
  readonly heads: number;
  readonly headDimension: number;
  /** Elements at the start of each head that are rotated. Default: the whole head. */
  readonly rotaryDimension?: number;
  /** Rotates in the opposite direction: the gradient. */
  readonly backward?: boolean;
}

/** The call that rotates x f32 [rows, heads * headDimension] in place. */
export function rope(x: Tensor, positions: Tensor, table: Tensor, options: RopeOptions): OperatorCall {
  return {
    operator: ropeOperator,
    tensors: { positions, table, x },
    constants: {
      heads: options.heads,
      headDimension: options.headDimension,
      rotaryDimension: options.rotaryDimension ?? options.headDimension,
      direction: options.backward === true ? -1 : 1,
    },
  };
}
