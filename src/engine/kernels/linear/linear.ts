// The linear layer on every weight format, and by f32 weights also LoRA's two small products. Knows no layer and no model.
import type {
  Buffers,
  Constants,
  Operator,
  OperatorCall,
  Tensor,
  Variables,
  Variant,
  Weight,
  WeightFormat,
} from '../../backend.ts';
import { hasScales, type PackedFormat, weightFormats } from '../../quant/weightLayouts.ts';
import { constant, floats } from '../constants.ts';
import { expand } from '../expand.ts';
import { grid } from '../grid.ts';
import { broadcastVariants } from './broadcastVariants.ts';
import decode from './decode.wgsl?raw';
import template from './linear.wgsl?raw';
import { linearProbe } from './linearProbe.ts';
import vectorTemplate from './linearVector.wgsl?raw';
import { packedVariants } from './packedVariants.ts';
import { tiledVariants } from './tiledVariants.ts';
import { weightReader } from './weightAt.ts';
import { weightParts } from './weightParts.ts';

interface Tile {
  readonly rows: number;
  readonly quads: number;
  readonly size: readonly [number, number];
}

function reference(format: WeightFormat): Operator['reference'] {
  return (buffers: Buffers, constants: Constants, { rows }: Variables) => {
    const inputs = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const x = floats(buffers, 'x');
    const y = floats(buffers, 'y');
    const codes = buffers['codes'] as Float32Array | Uint32Array;
    const weight = weightReader(format, inputs, codes, buffers['scales'] as Uint32Array | undefined);
    const line = new Float64Array(inputs);
    for (let output = 0; output < outputs; output += 1) {
      for (let k = 0; k < inputs; k += 1) line[k] = weight(output, k);
      for (let row = 0; row < rows; row += 1) {
        let sum = 0;
        for (let k = 0; k < inputs; k += 1) sum += (line[k] ?? 0) * (x[row * inputs + k] ?? 0);
        const at = row * constant(constants, 'stride') + output;
        const before = constant(constants, 'accumulate') === 1 ? (y[at] ?? 0) : 0;
        y[at] = before + constant(constants, 'scale') * sum;
      }
    }
  };
}

/** What the templates ask about a format and a shape. */
function values(format: WeightFormat, constants: Constants): Record<string, number | string> {
  const inputs = constant(constants, 'inputs');
  const flags = {
    FOUR: 4,
    TWO: 2,
    ALIGNED: inputs % 4 === 0 ? 1 : 0,
    PADDED: inputs % 32 === 0 ? 0 : 1,
    F32: format === 'f32' ? 1 : 0,
    Q8_0: format === 'q8_0' ? 1 : 0,
    Q4: format === 'q4_0' || format === 'q4_1' ? 1 : 0,
    Q4_1: format === 'q4_1' ? 1 : 0,
  };
  return { ...flags, DECODE: expand(decode, flags) };
}

/** The uniform words of a linear kernel's `Shape`. */
export function linearShape(constants: Constants): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(8);
  words[0] = constant(constants, 'inputs');
  words[1] = constant(constants, 'outputs');
  words[2] = constant(constants, 'stride');
  words[3] = constant(constants, 'accumulate');
  new Float32Array(words.buffer)[4] = constant(constants, 'scale');
  return words;
}

function tiled(
  name: string,
  format: WeightFormat,
  tile: Tile,
  supports: (features: ReadonlySet<string>, constants: Constants) => boolean,
): Variant {
  return {
    name,
    supports,
    source: (constants: Constants): string =>
      expand(template, { ...values(format, constants), ROWS: tile.rows, QUADS: tile.quads, COLUMNS: 4 * tile.quads }),
    overrides: () => ({ size_x: tile.size[0], size_y: tile.size[1] }),
    parameters: linearShape,
    workgroups: (constants: Constants, { rows }: Variables): readonly [number, number, number] => [
      Math.ceil(constant(constants, 'outputs') / (4 * tile.quads * tile.size[0])),
      Math.ceil(rows / (tile.rows * tile.size[1])),
      1,
    ],
  };
}

/** One row. `by`: who computes a group of four outputs. */
function vector(format: WeightFormat, by: 'subgroup' | 'workgroup' | 'invocation'): Variant {
  const shared = by !== 'invocation';
  return {
    name: `vector, ${by}`,
    supports: (features, { rows }) =>
      rows === 1 && !(shared && features.has('software')) && (by !== 'subgroup' || features.has('subgroups')),
    source: (constants) =>
      expand(vectorTemplate, {
        ...values(format, constants),
        SHARED: shared ? 1 : 0,
        SUBGROUP: by === 'subgroup' ? 1 : 0,
        STRIDE: shared ? 64 : 1,
      }),
    parameters: linearShape,
    workgroups: (constants) => grid(Math.ceil(constant(constants, 'outputs') / 4), shared ? 1 : 32),
  };
}

/** Formats that most models are in. */
const hasOwnKernels = (format: WeightFormat): boolean => ['f32', 'q8_0', 'q4_0', 'q4_1'].includes(format);

function ownVariants(format: WeightFormat): Variant[] {
  return [
    vector(format, 'subgroup'),
    vector(format, 'workgroup'),
    ...tiledVariants(format, linearShape),
    ...broadcastVariants(format, (constants) => values(format, constants), linearShape),
    vector(format, 'invocation'),
    // Software drivers keep registers in memory anyway, and a larger tile halves their loads.
    tiled('tile 16x8', format, { rows: 16, quads: 2, size: [8, 2] }, (features) => features.has('software')),
    tiled('tile 8x8', format, { rows: 8, quads: 2, size: [8, 4] }, () => true),
  ];
}

function operatorFor(format: WeightFormat): Operator {
  return {
    name: `linear ${format}`,
    bindings: [
      { name: 'x', access: 'read' },
      { name: 'codes', access: 'read' },
      ...(hasScales(format) ? [{ name: 'scales', access: 'read' } as const] : []),
      { name: 'y', access: 'write' },
    ],
    reference: reference(format),
    variants: hasOwnKernels(format) ? ownVariants(format) : packedVariants(format as PackedFormat, linearShape),
    probe: linearProbe,
  };
}

/** The operator of each weight format. Constants: rows (capacity), inputs, outputs, stride (of a row of y), scale, accumulate (0 or 1). */
export const linearOperators = Object.fromEntries(
  weightFormats.map((format) => [format, operatorFor(format)]),
) as Readonly<Record<WeightFormat, Operator>>;

export interface LinearOptions {
  /** Adds to `y` instead of replacing it. */
  readonly accumulate?: boolean;
  /** Factor on the product, 1 when absent. */
  readonly scale?: number;
}

/**
 * The calls y = scale * x W' (+ y): x f32 [rows, weight.columns], y f32 [rows, weight.rows]; `rows` is the plan's capacity.
 * One call, or one for each part of a matrix that is too large to bind.
 */
export function linear(
  weight: Weight,
  x: Tensor,
  y: Tensor,
  rows: number,
  options: LinearOptions = {},
): OperatorCall[] {
  const { format, columns: inputs, rows: stride } = weight;
  const constants = {
    rows,
    inputs,
    stride,
    scale: options.scale ?? 1,
    accumulate: options.accumulate === true ? 1 : 0,
  };
  return weightParts(weight).map(({ firstRow, rows: outputs, operands }) => ({
    operator: linearOperators[format],
    tensors: { x, ...operands, y: firstRow === 0 ? y : { tensor: y, offset: firstRow, length: y.length - firstRow } },
    constants: { ...constants, outputs },
  }));
}
