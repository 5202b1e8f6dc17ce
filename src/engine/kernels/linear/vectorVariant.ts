// Linear layer variants for a single row: linearVector.wgsl for any weight format.
import type { Variant, WeightFormat } from '../../backend.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { constant } from '../operands.ts';
import { linearShape } from './linearShape.ts';
import { linearSource } from './linearSource.ts';
import template from './linearVector.wgsl?raw';

/** One row. `by`: the unit that computes a group of four outputs. */
export function vectorVariant(format: WeightFormat, by: 'subgroup' | 'workgroup' | 'invocation'): Variant {
  const shared = by !== 'invocation';
  return {
    name: `vector-${by === 'invocation' ? 'thread' : by}`,
    supports: (features, { rows }) =>
      rows === 1 && !(shared && features.has('software')) && (by !== 'subgroup' || features.has('subgroups')),
    source: (constants) =>
      linearSource(template, format, constants, 'whole blocks', {
        SHARED: shared ? 1 : 0,
        SUBGROUP: by === 'subgroup' ? 1 : 0,
        STRIDE: shared ? 64 : 1,
      }),
    parameters: linearShape,
    workgroups: (constants) => dispatchSize(Math.ceil(constant(constants, 'outputs') / 4), shared ? 1 : 32),
  };
}
