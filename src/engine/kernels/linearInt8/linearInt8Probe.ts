// The inputs on which int8 linear variants are compared and timed: those of `linear`, with x quantised.
import type { OperatorProbe, OperatorSample } from '../../backend.ts';
import { linearProbe } from '../linear/linearProbe.ts';
import { constant } from '../operands.ts';
import { quantizeActivationsOperator } from '../quantizeActivations/quantizeActivations.ts';

function rounded(sample: OperatorSample): OperatorSample {
  const { x = new Float32Array(0), ...tensors } = sample.tensors;
  const columns = constant(sample.constants, 'inputs');
  const blocks = sample.rows * Math.ceil(columns / 32);
  const quantized = { codes: new Uint32Array(8 * blocks), factors: new Float32Array(2 * blocks) };
  quantizeActivationsOperator.reference({ x, ...quantized }, { columns }, { rows: sample.rows });
  return { ...sample, tensors: { ...tensors, x: quantized.codes, factors: quantized.factors } };
}

export const linearInt8Probe: OperatorProbe = {
  shape: linearProbe.shape,
  checks: (call) => linearProbe.checks(call).map(rounded),
  load: (call) => rounded(linearProbe.load(call)),
};
