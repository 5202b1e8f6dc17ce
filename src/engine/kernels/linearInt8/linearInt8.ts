// The linear layer on activations quantised to int8, as in llama.cpp: less exact than `linear` and, on devices with a packed
// 4 x int8 dot product, faster. The caller chooses it, since it changes the numbers.
import type { Buffers, Constants, Operator, OperatorCall, Tensor, Variables, Variant, Weight } from '../../backend.ts';
import { expandTemplate } from '../expandTemplate.ts';
import type { LinearOptions } from '../linear/linear.ts';
import { linearShape } from '../linear/linearShape.ts';
import { weightReader } from '../linear/weightAt.ts';
import { weightParts } from '../linear/weightParts.ts';
import { constant, floats } from '../operands.ts';
import type { QuantizedActivations } from '../quantizeActivations/quantizeActivations.ts';
import template from './linearInt8.wgsl?raw';
import { linearInt8Probe } from './linearInt8Probe.ts';

const formats = ['q8_0', 'q4_0', 'q4_1'] as const;
type Int8Format = (typeof formats)[number];

/** Whether `linearInt8` supports this weight. Other formats have no integer codes, or blocks too small to gain. */
export function hasInt8Kernel(weight: Weight): weight is Weight & { readonly format: Int8Format } {
  return formats.some((format) => format === weight.format);
}

function reference(format: Int8Format): Operator['reference'] {
  return (buffers: Buffers, constants: Constants, { rows }: Variables) => {
    const inputs = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const blocks = Math.ceil(inputs / 32);
    const words = buffers['x'] as Uint32Array;
    const bytes = new Int8Array(words.buffer, words.byteOffset, words.length * 4);
    const factors = floats(buffers, 'factors');
    const y = floats(buffers, 'y');
    const codes = buffers['codes'] as Uint32Array;
    const weight = weightReader(format, inputs, codes, buffers['scales'] as Uint32Array | undefined);
    const line = new Float64Array(inputs);
    for (let output = 0; output < outputs; output += 1) {
      for (let k = 0; k < inputs; k += 1) line[k] = weight(output, k);
      for (let row = 0; row < rows; row += 1) {
        let sum = 0;
        for (let k = 0; k < inputs; k += 1) {
          const block = row * blocks + (k >> 5);
          sum += (line[k] ?? 0) * (bytes[block * 32 + (k & 31)] ?? 0) * (factors[2 * block] ?? 0);
        }
        const at = row * constant(constants, 'stride') + output;
        const before = constant(constants, 'accumulate') === 1 ? (y[at] ?? 0) : 0;
        y[at] = before + constant(constants, 'scale') * sum;
      }
    }
  };
}

interface Tile {
  readonly rows: number;
  readonly lanes: number;
  /** A workgroup, instead of one invocation, computes each group of outputs. */
  readonly shared?: boolean;
  /** The lanes of a subgroup share their loads. */
  readonly share?: boolean;
  readonly packed?: boolean;
}

function variant(name: string, format: Int8Format, tile: Tile, supports: NonNullable<Variant['supports']>): Variant {
  const { rows, lanes, shared = false, share = false, packed = true } = tile;
  return {
    name,
    supports: (features, constants) =>
      (!packed || features.has('packed_4x8_integer_dot_product')) &&
      (!share || features.has('subgroups of 8')) &&
      supports(features, constants),
    source: () =>
      expandTemplate(template, {
        FOUR: 4,
        EIGHT: 8,
        ROWS: rows,
        LANES: lanes,
        SHARED: shared ? 1 : 0,
        SHARE: share ? 8 : 0,
        PACKED: packed ? 1 : 0,
        Q8_0: format === 'q8_0' ? 1 : 0,
        Q4_1: format === 'q4_1' ? 1 : 0,
      }),
    parameters: linearShape,
    workgroups: (constants: Constants, { rows: active }: Variables): readonly [number, number, number] => [
      Math.ceil(constant(constants, 'outputs') / (shared ? 4 : 4 * lanes)),
      Math.ceil(active / rows),
      1,
    ],
  };
}

function operatorFor(format: Int8Format): Operator {
  const software = (features: ReadonlySet<string>): boolean => features.has('software');
  return {
    name: `linearInt8 ${format}`,
    bindings: [
      { name: 'x', access: 'read' },
      { name: 'factors', access: 'read' },
      { name: 'codes', access: 'read' },
      { name: 'scales', access: 'read' },
      { name: 'y', access: 'write' },
    ],
    reference: reference(format),
    variants: [
      variant(
        'vector-workgroup',
        format,
        { rows: 1, lanes: 64, shared: true },
        (features, { rows }) => rows === 1 && !software(features),
      ),
      variant(
        'vector-broadcast-8',
        format,
        { rows: 1, lanes: 8, share: true },
        (features, { rows }) => rows === 1 && software(features),
      ),
      variant('vector-thread', format, { rows: 1, lanes: 32 }, (_, { rows }) => rows === 1),
      variant(
        'tile-8x4-broadcast-8',
        format,
        { rows: 8, lanes: 8, share: true },
        (features, { rows = 0 }) => rows > 1 && software(features),
      ),
      variant('tile-4x4-thread', format, { rows: 4, lanes: 64 }, (_, { rows = 0 }) => rows > 1),
      variant('tile-4x4-thread-no-dp4a', format, { rows: 4, lanes: 64, packed: false }, () => true),
    ],
    probe: linearInt8Probe,
  };
}

/** The operator of each format. Constants: as in `linearOperators`. */
export const linearInt8Operators: Readonly<Record<Int8Format, Operator>> = {
  q8_0: operatorFor('q8_0'),
  q4_0: operatorFor('q4_0'),
  q4_1: operatorFor('q4_1'),
};

/** The calls y = scale * x W' (+ y) as in `linear`, with x from `quantizeActivations`. */
export function linearInt8(
  weight: Weight & { readonly format: Int8Format },
  x: QuantizedActivations,
  y: Tensor,
  rows: number,
  options: LinearOptions = {},
): OperatorCall[] {
  const constants = {
    rows,
    inputs: weight.columns,
    stride: weight.rows,
    scale: options.scale ?? 1,
    accumulate: options.accumulate === true ? 1 : 0,
  };
  return weightParts(weight).map(({ firstRow, rows: outputs, operands }) => ({
    operator: linearInt8Operators[weight.format],
    tensors: {
      x: x.codes,
      factors: x.factors,
      ...operands,
      y: firstRow === 0 ? y : { tensor: y, offset: firstRow, length: y.length - firstRow },
    },
    constants: { ...constants, outputs },
  }));
}
