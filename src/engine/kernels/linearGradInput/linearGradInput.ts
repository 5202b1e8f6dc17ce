// The input gradient of a frozen linear layer. It reads the same packed weight as the forward pass, along its other axis,
// so there is no transposed or dequantised copy.
import type { Constants, Operator, OperatorCall, Tensor, Weight, WeightFormat } from '../../backend.ts';
import { weightFormats } from '../../formats/blockFormats.ts';
import { decodeSource } from '../../formats/decodeSource.ts';
import { hasScales } from '../../formats/deviceLayout.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { weightReader } from '../linear/weightAt.ts';
import { weightParts } from '../linear/weightParts.ts';
import { constant, floats } from '../operands.ts';
import template from './linearGradInput.wgsl?raw';

/** Rows of the register tile. */
const TILE = 8;

function reference(format: WeightFormat): Operator['reference'] {
  return (buffers, constants, { rows }) => {
    const inputs = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const outputGradient = floats(buffers, 'outputGradient');
    const inputGradient = floats(buffers, 'inputGradient');
    const codes = buffers['codes'] as Float32Array | Uint32Array;
    const weight = weightReader(format, inputs, codes, buffers['scales'] as Uint32Array | undefined);
    const sums = new Float64Array(rows * inputs);
    if (constant(constants, 'accumulate') === 1) sums.set(inputGradient.subarray(0, rows * inputs));
    const line = new Float64Array(inputs);
    for (let output = 0; output < outputs; output += 1) {
      for (let k = 0; k < inputs; k += 1) line[k] = weight(output, k);
      for (let row = 0; row < rows; row += 1) {
        const gradient = outputGradient[row * constant(constants, 'stride') + output] as number;
        for (let k = 0; k < inputs; k += 1) {
          const at = row * inputs + k;
          sums[at] = (sums[at] as number) + gradient * (line[k] as number);
        }
      }
    }
    inputGradient.set(sums);
  };
}

function operatorFor(format: WeightFormat): Operator {
  return {
    name: `linearGradInput ${format}`,
    bindings: [
      { name: 'step', access: 'read' },
      { name: 'outputGradient', access: 'read' },
      { name: 'inputGradient', access: 'write' },
      { name: 'codes', access: 'read' },
      ...(hasScales(format) ? [{ name: 'scales', access: 'read' } as const] : []),
    ],
    reference: reference(format),
    variants: [
      {
        name: 'tile-8x8',
        source: () =>
          expandTemplate(template, {
            tile: TILE,
            codeType: format === 'f32' ? 'f32' : 'u32',
            scaled: hasScales(format) ? 1 : 0,
            f32: format === 'f32' ? 1 : 0,
            unpack: format === 'f32' ? '' : decodeSource(format),
          }),
        overrides: ({ inputs, outputs, stride, accumulate }) =>
          ({ inputs, outputs, stride, accumulate }) as Record<string, number>,
        workgroups: (constants: Constants, { rows }) => [
          Math.ceil(constant(constants, 'inputs') / 64),
          Math.ceil(rows / (8 * TILE)),
          1,
        ],
      },
    ],
  };
}

/** The operator of each weight format. Constants: inputs, outputs, stride (of a row of outputGradient), accumulate (0 or 1). */
export const linearGradInputOperators = Object.fromEntries(
  weightFormats.map((format) => [format, operatorFor(format)]),
) as Readonly<Record<WeightFormat, Operator>>;

/** The calls inputGradient [rows, weight.columns] = outputGradient [rows, weight.rows] * W (+ inputGradient). */
export function linearGradInput(parameters: {
  readonly weight: Weight;
  readonly step: Tensor;
  readonly outputGradient: Tensor;
  readonly inputGradient: Tensor;
  readonly accumulate: boolean;
}): OperatorCall[] {
  const { weight, step, outputGradient, inputGradient, accumulate } = parameters;
  return weightParts(weight).map(({ firstRow, rows: outputs, operands }) => ({
    operator: linearGradInputOperators[weight.format],
    tensors: {
      step,
      outputGradient:
        firstRow === 0
          ? outputGradient
          : { tensor: outputGradient, offset: firstRow, length: outputGradient.length - firstRow },
      inputGradient,
      ...operands,
    },
    constants: {
      inputs: weight.columns,
      outputs,
      stride: weight.rows,
      accumulate: accumulate || firstRow > 0 ? 1 : 0,
    },
  }));
}
