// The operators that are matrix products, on the SIMD kernel: same bindings, constants and results as their references, in
// f32. Weights change only by an upload, so each is unpacked once and kept in the kernel's layout as long as its codes live.
import type { Operator, WeightFormat } from '../backend.ts';
import { constant, floats, words } from '../kernels/constants.ts';
import { type MatrixKernel, type MatrixProduct, type PackedMatrix, packMatrix } from './matrixKernel.ts';
import { unpackWeight } from './unpackWeight.ts';

type Reference = Operator['reference'];

interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** Elements from one row of the result to the next. */
  readonly resultStride: number;
  readonly scale: number;
  readonly accumulate: boolean;
}

function store(
  { values, stride }: MatrixProduct,
  result: Float32Array,
  { rows, columns, resultStride, scale, accumulate }: Shape,
): void {
  if (!accumulate && scale === 1 && stride === columns && resultStride === columns) {
    result.set(values.subarray(0, rows * columns));
    return;
  }
  for (let row = 0; row < rows; row += 1) {
    const from = row * stride;
    const to = row * resultStride;
    if (accumulate) {
      for (let n = 0; n < columns; n += 1)
        result[to + n] = (result[to + n] as number) + scale * (values[from + n] as number);
    } else {
      for (let n = 0; n < columns; n += 1) result[to + n] = scale * (values[from + n] as number);
    }
  }
}

/** Weights in the kernel's layout, by the array of their codes: one for each direction. */
export interface KeptWeights {
  readonly forward: WeakMap<object, PackedMatrix>;
  readonly backward: WeakMap<object, PackedMatrix>;
}

function weightPacker(kernel: MatrixKernel, format: WeightFormat, weights: KeptWeights, direction: keyof KeptWeights) {
  const kept = weights[direction];
  return (buffers: Parameters<Reference>[0], inputs: number, outputs: number): PackedMatrix => {
    const codes = buffers['codes'] as Float32Array | Uint32Array;
    const known = kept.get(codes);
    if (known !== undefined) return known;
    let plain = codes as Float32Array;
    if (format !== 'f32') {
      plain = unpackWeight(format, { rows: outputs, columns: inputs }, codes as Uint32Array, words(buffers, 'scales'));
    }
    const packed =
      direction === 'forward'
        ? packMatrix(plain, { depth: inputs, columns: outputs, transposed: true })
        : packMatrix(plain, { depth: outputs, columns: inputs, transposed: false });
    const resident = kernel.keep(packed, codes);
    kept.set(codes, resident);
    return resident;
  };
}

export function fastLinear(kernel: MatrixKernel, format: WeightFormat, weights: KeptWeights): Reference {
  const packed = weightPacker(kernel, format, weights, 'forward');
  return (buffers, constants, { rows }) => {
    const columns = constant(constants, 'outputs');
    const right = packed(buffers, constant(constants, 'inputs'), columns);
    const scale = constant(constants, 'scale');
    const accumulate = constant(constants, 'accumulate') === 1;
    store(kernel.multiply(floats(buffers, 'x'), rows, right), floats(buffers, 'y'), {
      rows,
      columns,
      resultStride: constant(constants, 'stride'),
      scale,
      accumulate,
    });
  };
}

/** The first `columns` elements of each row of a wider matrix, without gaps. */
function denseRows(matrix: Float32Array, rows: number, columns: number, stride: number): Float32Array {
  if (stride === columns) return matrix;
  const dense = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    dense.set(matrix.subarray(row * stride, row * stride + columns), row * columns);
  }
  return dense;
}

export function fastLinearBackwardInput(kernel: MatrixKernel, format: WeightFormat, weights: KeptWeights): Reference {
  const packed = weightPacker(kernel, format, weights, 'backward');
  return (buffers, constants, { rows }) => {
    const columns = constant(constants, 'inputs');
    const outputs = constant(constants, 'outputs');
    const right = packed(buffers, columns, outputs);
    const accumulate = constant(constants, 'accumulate') === 1;
    const left = denseRows(floats(buffers, 'outputGradient'), rows, outputs, constant(constants, 'stride'));
    const product = kernel.multiply(left, rows, right);
    store(product, floats(buffers, 'inputGradient'), { rows, columns, resultStride: columns, scale: 1, accumulate });
  };
}

export function fastMatrixProduct(kernel: MatrixKernel): Reference {
  return (buffers, constants, { rows }) => {
    const columns = constant(constants, 'columns');
    const depth = constant(constants, 'depth');
    const [offset = 0] = words(buffers, 'place');
    const matrix = floats(buffers, 'right').subarray(offset, offset + depth * columns);
    const right = packMatrix(matrix, { depth, columns, transposed: constant(constants, 'transposeRight') === 1 });
    const scale = constant(constants, 'scale');
    const accumulate = constant(constants, 'accumulate') === 1;
    const product = kernel.multiply(floats(buffers, 'left'), rows, right);
    store(product, floats(buffers, 'result'), { rows, columns, resultStride: columns, scale, accumulate });
  };
}

/** Rows `first` .. `end` of a matrix [*, width], as its transpose [width, end - first]. */
function transposed(matrix: Float32Array, first: number, end: number, width: number): Float32Array {
  const result = new Float32Array(width * (end - first));
  for (let row = first; row < end; row += 1) {
    for (let column = 0; column < width; column += 1) {
      result[column * (end - first) + row - first] = matrix[row * width + column] as number;
    }
  }
  return result;
}

export function fastSegmentProduct(kernel: MatrixKernel): Reference {
  return (buffers, constants) => {
    const segments = words(buffers, 'segments');
    const left = floats(buffers, 'left');
    const right = floats(buffers, 'right');
    const result = floats(buffers, 'result');
    const height = constant(constants, 'height');
    const columns = constant(constants, 'columns');
    const scale = constant(constants, 'scale');
    const [offset = 0, resultStride = 0] = words(buffers, 'place');
    // One side is the adapter's rank wide: only that one is transposed.
    const flip = height > columns;
    const [narrow, narrowWidth, wide, wideWidth] = flip
      ? [right, columns, left, height]
      : [left, height, right, columns];
    for (let segment = 0; segment < constant(constants, 'segmentCount'); segment += 1) {
      const first = segments[2 * segment] as number;
      const end = segments[2 * segment + 1] as number;
      if (end <= first) continue;
      const base = offset + segment * resultStride;
      const rightRows = wide.subarray(first * wideWidth, end * wideWidth);
      const packed = packMatrix(rightRows, { depth: end - first, columns: wideWidth, transposed: false });
      const { values, stride } = kernel.multiply(transposed(narrow, first, end, narrowWidth), narrowWidth, packed);
      for (let i = 0; i < narrowWidth; i += 1) {
        for (let j = 0; j < wideWidth; j += 1) {
          const at = base + (flip ? j * columns + i : i * columns + j);
          result[at] = (result[at] as number) + scale * (values[i * stride + j] as number);
        }
      }
    }
  };
}
