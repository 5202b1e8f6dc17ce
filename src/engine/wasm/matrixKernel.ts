// Matrix products on the CPU, in WebAssembly SIMD. All operands are in one WebAssembly memory and identified by address,
// because growing that memory detaches every array over it.
import { TributaryError } from '../../lib/errors.ts';
import type { BlockFormatName } from '../formats/blockFormats.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import { assembleModule } from './assemble.ts';
import { blockFunctions } from './blockFunctions.ts';
import { elementFunctions } from './elementFunctions.ts';
import { createKernelHeap, type HeapBlock, type KernelHeap } from './kernelHeap.ts';
import { matrixFunctions } from './matrixFunctions.ts';

/** Rows of f32 in the kernel's memory. */
export interface Matrix {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  /** Elements from one row to the next. Default: `columns`. */
  readonly stride?: number;
}

/** The destination of a product: row r at `address` + 4 r `stride`. */
export interface Product {
  readonly address: number;
  readonly stride: number;
}

/** A matrix in blocks along its rows, in the layout of `Weight`. */
export interface BlockMatrix {
  readonly format: BlockFormatName;
  readonly codes: number;
  /** Ignored if the format has no scales tensor. */
  readonly scales: number;
  readonly rows: number;
  readonly columns: number;
}

export interface MatrixKernel {
  readonly heap: KernelHeap;
  /** Addresses of scratch space for `lengths` floats each, valid until the next call. Throws `ENGINE_OUT_OF_MEMORY`. */
  scratch(...lengths: number[]): number[];
  floats(address: number, length: number): Float32Array<ArrayBuffer>;
  /** left right^T. `result` needs room for rows of left in fours by rows of right in twos, or in fours if left has one row. */
  dotProducts(left: Matrix, right: Matrix, result: Product): void;
  /**
   * left right, added to `result` if `accumulate`. Each call sums from zero before it adds, so that splitting a long sum into calls
   * reduces rounding errors. `result` needs room for rows in fours by columns in eights.
   */
  rowProducts(left: Matrix, right: Matrix, result: Product, accumulate: boolean): void;
  /** Rows `first` .. `first + count` as f32, each in whole blocks: elements beyond `columns` are the last block's padding. */
  unpack(matrix: BlockMatrix, first: number, count: number, target: number): void;
  /** result[n] = sum_k x[k] W[n, k]; x f32, zero-padded to whole blocks. */
  vector(matrix: BlockMatrix, x: number, result: number): void;
  /** values[i] = exp(values[i] - shift) of `count` floats, rounded up to fours; `shift` is the address of a float. */
  exponentials(values: number, shift: number, count: number): void;
  /** result[i] = silu(gate[i]) up[i] of `count` floats, a multiple of 4. */
  sigmoidProducts(gate: number, up: number, result: number, count: number): void;
}

export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** The typed error of a memory that cannot grow any more. */
export function memoryFull(heap: KernelHeap, bytes: number): TributaryError {
  return new TributaryError({
    code: 'ENGINE_OUT_OF_MEMORY',
    message: 'The CPU has no memory left for this model.',
    facts: { bytes, used: heap.memory.buffer.byteLength },
    hint: 'Choose a smaller model or a shorter context, or a device with a graphics card.',
  });
}

/**
 * Compiles the kernel with relaxed SIMD's multiply-add, unless `fused` is false or the JavaScript engine lacks it. Returns
 * undefined if WebAssembly has no SIMD.
 */
export function createMatrixKernel(fused = true): MatrixKernel | undefined {
  const bytes = assembleModule([...matrixFunctions(fused), ...blockFunctions(fused), ...elementFunctions(fused)]);
  if (!WebAssembly.validate(bytes)) return fused ? createMatrixKernel(false) : undefined;
  const heap = createKernelHeap();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: heap.memory } });
  const run = (name: string, ...numbers: number[]): void =>
    (exports[name] as (...numbers: number[]) => void)(...numbers);
  let area: HeapBlock | undefined;

  const blocksOf = ({ format, columns }: BlockMatrix): number => Math.ceil(columns / deviceLayout(format).elements);

  return {
    heap,
    scratch(...lengths) {
      const needed = lengths.reduce((total, length) => total + roundUp(length * 4, 16), 0);
      if (area === undefined || area.bytes < needed) {
        if (area !== undefined) heap.free(area);
        area = heap.allocate(needed);
        if (area === undefined) throw memoryFull(heap, needed);
      }
      let next = area.address;
      return lengths.map((length) => {
        const address = next;
        next += roundUp(length * 4, 16);
        return address;
      });
    },
    floats: (address, length) => new Float32Array(heap.memory.buffer, address, length),
    dotProducts(left, right, result) {
      const leftStride = (left.stride ?? left.columns) * 4;
      const rightStride = (right.stride ?? right.columns) * 4;
      const [tall, wide] = left.rows === 1 ? [1, 4] : [4, 2];
      run(
        left.rows === 1 ? 'dotProductsOfOne' : 'dotProducts',
        left.address,
        leftStride,
        left.address + (left.rows - 1) * leftStride,
        Math.ceil(left.rows / tall),
        right.address,
        rightStride,
        right.address + (right.rows - 1) * rightStride,
        Math.ceil(right.rows / wide),
        Math.floor(left.columns / 16),
        Math.floor((left.columns % 16) / 4),
        left.columns % 4,
        result.address,
        result.stride * 4,
      );
    },
    rowProducts(left, right, result, accumulate) {
      const leftStride = (left.stride ?? left.columns) * 4;
      run(
        'rowProducts',
        left.address,
        leftStride,
        left.address + (left.rows - 1) * leftStride,
        Math.ceil(left.rows / 4),
        right.address,
        (right.stride ?? right.columns) * 4,
        Math.ceil(right.columns / 8),
        left.columns,
        result.address,
        result.stride * 4,
        accumulate ? 1 : 0,
      );
    },
    unpack(matrix, first, count, target) {
      const blocks = blocksOf(matrix);
      const { codeWords, scaleBytes } = deviceLayout(matrix.format);
      const skipped = first * blocks;
      run(
        `unpack_${matrix.format}`,
        matrix.codes + skipped * 4 * codeWords,
        matrix.scales + skipped * scaleBytes,
        target,
        count * blocks,
      );
    },
    vector(matrix, x, result) {
      const { codes, scales, rows } = matrix;
      run(`vector_${matrix.format}`, x, codes, scales, result, rows, blocksOf(matrix));
    },
    exponentials(values, shift, count) {
      run('exponentials', values, shift, Math.ceil(count / 4));
    },
    sigmoidProducts(gate, up, result, count) {
      run('sigmoidProducts', gate, up, result, count / 4);
    },
  };
}
