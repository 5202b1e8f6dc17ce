// The linear layer for every weight format; with f32 weights it also computes LoRA's two low-rank products. Knows no layer and no model.
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
import { weightFormats } from '../../formats/blockFormats.ts';
import { hasScales } from '../../formats/deviceLayout.ts';
import type { ComputeDtype } from '../../variantReport.ts';
import { constant, floats } from '../operands.ts';
import { broadcastVariants } from './broadcastVariants.ts';
import template from './linear.wgsl?raw';
import { linearProbe } from './linearProbe.ts';
import { linearShape } from './linearShape.ts';
import { linearSource } from './linearSource.ts';
import { tiledVariants } from './tiledVariants.ts';
import { vectorVariant } from './vectorVariant.ts';
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

/** A variant whose invocations each compute a tile of outputs in registers. */
function inRegisters(
  name: string,
  format: WeightFormat,
  tile: Tile,
  supports: NonNullable<Variant['supports']>,
): Variant {
  return {
    name,
    supports,
    source: (constants) =>
      linearSource(template, format, constants, 'quads', {
        ROWS: tile.rows,
        QUADS: tile.quads,
        COLUMNS: 4 * tile.quads,
      }),
    overrides: () => ({ size_x: tile.size[0], size_y: tile.size[1] }),
    parameters: linearShape,
    workgroups: (constants, { rows }) => [
      Math.ceil(constant(constants, 'outputs') / (4 * tile.quads * tile.size[0])),
      Math.ceil(rows / (tile.rows * tile.size[1])),
      1,
    ],
  };
}

function variantsFor(format: WeightFormat): Variant[] {
  return [
    vectorVariant(format, 'subgroup'),
    vectorVariant(format, 'workgroup'),
    ...tiledVariants(format),
    ...broadcastVariants(format),
    vectorVariant(format, 'invocation'),
    // Software drivers spill registers to memory anyway, and a taller tile halves their loads.
    inRegisters(
      'tile-16x8',
      format,
      { rows: 16, quads: 2, size: [8, 2] },
      (features, { rows = 0 }) => rows > 8 && features.has('software'),
    ),
    inRegisters('tile-8x8', format, { rows: 8, quads: 2, size: [8, 4] }, () => true),
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
    variants: variantsFor(format),
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
  /** Factor on the product. Default: 1. */
  readonly scale?: number;
  /** A reduced-precision dtype that variants may compute in where it is faster. Default: f32 only. */
  readonly computeDtype?: ComputeDtype;
}

/**
 * The calls y = scale * x W' (+ y): x f32 [rows, weight.columns], y f32 [rows, weight.rows]; `rows` is the plan's capacity.
 * One call, or one per part of a matrix that is too large for one binding.
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
    ...(options.computeDtype === undefined ? {} : { computeDtype: options.computeDtype }),
  }));
}
