// Root-mean-square normalisation of rows, or of every head in a row (Qwen3's query and key norms).
import type { Constants, Operator, OperatorCall, OperatorSample, Tensor, Variables } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { constant, floats } from '../operands.ts';
import { testNoise } from '../testNoise.ts';
import template from './rmsNorm.wgsl?raw';

const overrides = (constants: Constants): Record<string, number> => ({
  columns: constant(constants, 'columns'),
  epsilon: constant(constants, 'epsilon'),
});

function source(constants: Constants, shared: 0 | 1): string {
  const wide = constant(constants, 'columns') % 4 === 0;
  return expandTemplate(template, {
    SHARED: shared,
    WIDE: wide ? 1 : 0,
    WIDTH: wide ? 4 : 1,
    NUMBER: wide ? 'vec4f' : 'f32',
  });
}

const rowsOf = ({ tensors, constants }: OperatorCall): number =>
  (tensors['y']?.length ?? 0) / (constant(constants, 'groups') * constant(constants, 'columns'));

function sample({ constants }: OperatorCall, rows: number): OperatorSample {
  const x = testNoise(rows * constant(constants, 'groups') * constant(constants, 'columns'));
  return { constants, rows, tensors: { x, y: testNoise(x.length, 5) } };
}

/** Constants: columns, groups (vectors per row), epsilon. Source: Zhang and Sennrich 2019. */
export const rmsNormOperator: Operator = {
  name: 'rmsNorm',
  bindings: [
    { name: 'x', access: 'read' },
    { name: 'weight', access: 'read' },
    { name: 'y', access: 'write' },
  ],
  reference(buffers, constants, { rows }) {
    const columns = constant(constants, 'columns');
    const x = floats(buffers, 'x');
    const weight = floats(buffers, 'weight');
    const y = floats(buffers, 'y');
    for (let at = 0; at < rows * constant(constants, 'groups') * columns; at += columns) {
      let squares = 0;
      for (let i = at; i < at + columns; i += 1) squares += (x[i] ?? 0) ** 2;
      const factor = 1 / Math.sqrt(squares / columns + constant(constants, 'epsilon'));
      for (let i = 0; i < columns; i += 1) y[at + i] = (x[at + i] ?? 0) * factor * (weight[i] ?? 0);
    }
  },
  variants: [
    {
      name: 'workgroup-per-row',
      supports: (features) => !features.has('software'),
      source: (constants) => source(constants, 1),
      overrides,
      workgroups: (constants: Constants, { rows }: Variables) => dispatchSize(rows * constant(constants, 'groups'), 1),
    },
    {
      name: 'thread-per-row',
      source: (constants) => source(constants, 0),
      overrides,
      workgroups: (constants: Constants, { rows }: Variables) => dispatchSize(rows * constant(constants, 'groups'), 8),
    },
  ],
  probe: {
    shape: (call) => `${rowsOf(call)} x ${constant(call.constants, 'groups')} x ${constant(call.constants, 'columns')}`,
    checks: (call) => [sample(call, Math.min(rowsOf(call), 3))],
    load: (call) => sample(call, rowsOf(call)),
  },
};

export interface RmsNormOptions {
  readonly epsilon: number;
  /** Vectors of `weight.length` per row. Default: 1. */
  readonly groups?: number;
}

/** The call y = norm(x) * weight, each f32 [rows, groups * weight.length]; x and y must differ. */
export function rmsNorm(x: Tensor, weight: Tensor, y: Tensor, options: RmsNormOptions): OperatorCall {
  return {
    operator: rmsNormOperator,
    tensors: { x, weight, y },
    constants: { columns: weight.length, groups: options.groups ?? 1, epsilon: options.epsilon },
  };
}
