// The operators that are matrix products, on the SIMD kernel: same bindings, constants and results as their references, in
// f32. Blocked weights are unpacked a few rows at a time, or not at all for a single input row. Every array here is in the
// kernel's memory; after `scratch`, which may grow it, only addresses stay valid.
import type { Operator, WeightFormat } from '../backend.ts';
import type { BlockFormatName } from '../formats/blockFormats.ts';
import { deviceLayout, hasScales } from '../formats/deviceLayout.ts';
import { constant, floats, words } from '../kernels/operands.ts';
import { swiGluOperator } from '../kernels/swiGlu/swiGlu.ts';
import { type BlockMatrix, type Matrix, type MatrixKernel, roundUp } from './matrixKernel.ts';

type Reference = Operator['reference'];

/** Floats of a weight that are unpacked at a time, to fit in the L2 cache. */
const GROUP_FLOATS = 32_768;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** Elements from one row of the result to the next. */
  readonly resultStride: number;
  readonly scale: number;
  readonly accumulate: boolean;
}

/** Copies a product [rows, columns], whose rows are `stride` elements apart, to its destination. */
function store(
  values: Float32Array,
  stride: number,
  result: Float32Array,
  { rows, columns, resultStride, scale, accumulate }: Shape,
): void {
  for (let row = 0; row < rows; row += 1) {
    const from = row * stride;
    const to = row * resultStride;
    if (accumulate) {
      for (let n = 0; n < columns; n += 1)
        result[to + n] = (result[to + n] as number) + scale * (values[from + n] as number);
    } else if (scale === 1) {
      result.set(values.subarray(from, from + columns), to);
    } else {
      for (let n = 0; n < columns; n += 1) result[to + n] = scale * (values[from + n] as number);
    }
  }
}

/** A range of a weight's rows as f32 in the kernel's memory. */
type WeightRows = (first: number, count: number, target: number) => Matrix;

interface OpenedWeight {
  readonly rows: WeightRows;
  /** Rows that are dequantised at a time. */
  readonly group: number;
  /** Floats that `rows` needs at its target. */
  readonly targetLength: number;
}

/** The addresses of a packed weight. */
function blockMatrix(
  format: BlockFormatName,
  buffers: Parameters<Reference>[0],
  rows: number,
  columns: number,
): BlockMatrix {
  const codes = words(buffers, 'codes').byteOffset;
  return { format, codes, scales: hasScales(format) ? words(buffers, 'scales').byteOffset : 0, rows, columns };
}

/** Access to the rows of a weight as f32: in place, or dequantised to a target. */
function openWeight(
  kernel: MatrixKernel,
  format: WeightFormat,
  buffers: Parameters<Reference>[0],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): OpenedWeight {
  const stride = format === 'f32' ? columns : roundUp(columns, deviceLayout(format).elements);
  const group = Math.min(rows, Math.max(8, Math.floor(GROUP_FLOATS / stride / 8) * 8));
  if (format === 'f32') {
    const { byteOffset } = floats(buffers, 'codes');
    return {
      group,
      targetLength: 0,
      rows: (first, count) => ({ address: byteOffset + first * columns * 4, rows: count, columns }),
    };
  }
  const matrix = blockMatrix(format, buffers, rows, columns);
  return {
    group,
    targetLength: group * stride,
    rows(first, count, target) {
      kernel.unpack(matrix, first, count, target);
      return { address: target, rows: count, columns, stride };
    },
  };
}

/** A single input row: multiplies without unpacking. */
function multiplyVector(
  kernel: MatrixKernel,
  format: BlockFormatName,
  buffers: Parameters<Reference>[0],
  inputs: number,
  shape: Shape,
): void {
  const { columns: outputs } = shape;
  const { byteOffset: x } = floats(buffers, 'x');
  const y = floats(buffers, 'y');
  const [yAt, yLength] = [y.byteOffset, y.length];
  const matrix = blockMatrix(format, buffers, outputs, inputs);
  const padded = roundUp(inputs, deviceLayout(format).elements);
  const [xAt = 0, productAt = 0] = kernel.scratch(padded, outputs);
  const xs = kernel.floats(xAt, padded);
  xs.set(kernel.floats(x, inputs));
  xs.fill(0, inputs);
  kernel.vector(matrix, xAt, productAt);
  store(kernel.floats(productAt, outputs), outputs, kernel.floats(yAt, yLength), shape);
}

export function linearWasm(kernel: MatrixKernel, format: WeightFormat): Reference {
  return (buffers, constants, { rows }) => {
    const inputs = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const resultStride = constant(constants, 'stride');
    const scale = constant(constants, 'scale');
    const accumulate = constant(constants, 'accumulate') === 1;
    const shape = { rows, columns: outputs, resultStride, scale, accumulate };
    if (rows === 1 && format !== 'f32') {
      multiplyVector(kernel, format, buffers, inputs, shape);
      return;
    }
    const weight = openWeight(kernel, format, buffers, { rows: outputs, columns: inputs });
    const left = { address: floats(buffers, 'x').byteOffset, rows, columns: inputs };
    const y = floats(buffers, 'y');
    const [yAt, yLength] = [y.byteOffset, y.length];
    const stride = roundUp(weight.group, 4);
    const productLength = roundUp(rows, 4) * stride;
    const [target = 0, product = 0] = kernel.scratch(weight.targetLength, productLength);
    for (let first = 0; first < outputs; first += weight.group) {
      const count = Math.min(weight.group, outputs - first);
      kernel.dotProducts(left, weight.rows(first, count, target), { address: product, stride });
      const result = kernel.floats(yAt + 4 * first, yLength - first);
      store(kernel.floats(product, productLength), stride, result, { ...shape, columns: count });
    }
  };
}

export function linearGradInputWasm(kernel: MatrixKernel, format: WeightFormat): Reference {
  return (buffers, constants, { rows }) => {
    const inputs = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const gradientStride = constant(constants, 'stride');
    const accumulate = constant(constants, 'accumulate') === 1;
    const weight = openWeight(kernel, format, buffers, { rows: outputs, columns: inputs });
    const gradientAt = floats(buffers, 'outputGradient').byteOffset;
    const result = floats(buffers, 'inputGradient');
    const [resultAt, resultLength] = [result.byteOffset, result.length];
    const stride = roundUp(inputs, 8);
    const productLength = roundUp(rows, 4) * stride;
    const [target = 0, product = 0] = kernel.scratch(weight.targetLength, productLength);
    for (let first = 0; first < outputs; first += weight.group) {
      const count = Math.min(weight.group, outputs - first);
      const left = { address: gradientAt + 4 * first, rows, columns: count, stride: gradientStride };
      kernel.rowProducts(left, weight.rows(first, count, target), { address: product, stride }, first > 0);
    }
    const shape = { rows, columns: inputs, resultStride: inputs, scale: 1, accumulate };
    store(kernel.floats(product, productLength), stride, kernel.floats(resultAt, resultLength), shape);
  };
}

export function matmulWasm(kernel: MatrixKernel): Reference {
  return (buffers, constants, { rows }) => {
    const columns = constant(constants, 'columns');
    const depth = constant(constants, 'depth');
    const [offset = 0] = words(buffers, 'place');
    const rightAt = floats(buffers, 'right').byteOffset + 4 * offset;
    const left = { address: floats(buffers, 'left').byteOffset, rows, columns: depth };
    const result = floats(buffers, 'result');
    const [resultAt, resultLength] = [result.byteOffset, result.length];
    const scale = constant(constants, 'scale');
    const accumulate = constant(constants, 'accumulate') === 1;
    const stride = roundUp(columns, 8);
    const length = roundUp(rows, 4) * stride;
    const [product = 0] = kernel.scratch(length);
    const place = { address: product, stride };
    if (constant(constants, 'transposeRight') === 1) {
      kernel.dotProducts(left, { address: rightAt, rows: columns, columns: depth }, place);
    } else {
      kernel.rowProducts(left, { address: rightAt, rows: depth, columns }, place, false);
    }
    store(kernel.floats(product, length), stride, kernel.floats(resultAt, resultLength), {
      rows,
      columns,
      resultStride: columns,
      scale,
      accumulate,
    });
  };
}

export function segmentedMatmulWasm(kernel: MatrixKernel): Reference {
  return (buffers, constants) => {
    const segments = words(buffers, 'segments').slice();
    const height = constant(constants, 'height');
    const columns = constant(constants, 'columns');
    const scale = constant(constants, 'scale');
    const [offset = 0, resultStride = 0] = words(buffers, 'place');
    // One side is as wide as the adapter's rank: only that one is transposed.
    const flip = height > columns;
    const [width, breadth] = flip ? [columns, height] : [height, columns];
    const narrowAt = floats(buffers, flip ? 'right' : 'left').byteOffset;
    const wideAt = floats(buffers, flip ? 'left' : 'right').byteOffset;
    const target = floats(buffers, 'result');
    const [resultAt, resultLength] = [target.byteOffset, target.length];
    const count = constant(constants, 'segmentCount');
    let longest = 0;
    for (let segment = 0; segment < count; segment += 1) {
      longest = Math.max(longest, (segments[2 * segment + 1] as number) - (segments[2 * segment] as number));
    }
    const stride = roundUp(breadth, 8);
    const [turnedAt = 0, productAt = 0] = kernel.scratch(width * longest, roundUp(width, 4) * stride);
    const turned = kernel.floats(turnedAt, width * longest);
    const product = kernel.floats(productAt, roundUp(width, 4) * stride);
    const result = kernel.floats(resultAt, resultLength);
    for (let segment = 0; segment < count; segment += 1) {
      const first = segments[2 * segment] as number;
      const rows = (segments[2 * segment + 1] as number) - first;
      if (rows <= 0) continue;
      const source = kernel.floats(narrowAt + 4 * first * width, rows * width);
      for (let row = 0; row < rows; row += 1) {
        for (let i = 0; i < width; i += 1) turned[i * rows + row] = source[row * width + i] as number;
      }
      const right = { address: wideAt + 4 * first * breadth, rows, columns: breadth };
      kernel.rowProducts(
        { address: turnedAt, rows: width, columns: rows },
        right,
        { address: productAt, stride },
        false,
      );
      const base = offset + segment * resultStride;
      for (let i = 0; i < width; i += 1) {
        for (let j = 0; j < breadth; j += 1) {
          const at = base + (flip ? j * columns + i : i * columns + j);
          result[at] = (result[at] as number) + scale * (product[i * stride + j] as number);
        }
      }
    }
  };
}

export function swiGluWasm(kernel: MatrixKernel): Reference {
  return (buffers, constants, variables) => {
    const length = variables.rows * constant(constants, 'columns');
    if (length % 4 !== 0) {
      swiGluOperator.reference(buffers, constants, variables);
      return;
    }
    const [gate, up, result] = ['gate', 'up', 'result'].map((name) => floats(buffers, name).byteOffset);
    kernel.sigmoidProducts(gate as number, up as number, result as number, length);
  };
}
