// A matrix product in WebAssembly SIMD, for machines whose only "graphics device" is their processor. The module is written
// here, instruction by instruction, because a compiler would be the only one that this project needed.
//
// result [rows, columns] = left [rows, depth] * right [depth, columns], f32. `right` is packed in panels of 8 columns,
// [columns / 8][depth][8], padded with zeros; a loop keeps 4 rows x 8 columns in eight vector registers and reads both
// operands in order. Fused multiply-add (relaxed SIMD) where the browser has it, else multiply and add.

import { TributaryError } from '../../lib/errors.ts';
import { createKernelHeap, type HeapBlock } from './kernelHeap.ts';

const local = { a: 0, b: 1, c: 2, rowBlocks: 3, quads: 4, panels: 5, resultStride: 6 } as const;
const scratch = { aRow: 7, cRow: 8, rows: 9, k: 10, b: 11, a: 12, c: 16 } as const;
const vector = { sum: 17, b: 25, x: 27 } as const;
const i32 = 0x7f;
const v128 = 0x7b;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a small non-negative number. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...bytes, rest];
}

const get = (index: number): number[] => [0x20, ...leb(index)];
const set = (index: number): number[] => [0x21, ...leb(index)];
const constantOf = (value: number): number[] => [0x41, ...signedLeb(value)];
const add = [0x6a];
const multiply = [0x6c];
const simd = (code: number): number[] => [0xfd, ...leb(code)];
const memory = (offset: number): number[] => [2, ...leb(offset)];
const load = (address: number, offset: number): number[] => [...get(address), ...simd(0x00), ...memory(offset)];
const splat = (address: number, offset: number): number[] => [...get(address), ...simd(0x09), ...memory(offset)];
const increase = (index: number, by: number[]): number[] => [...get(index), ...by, ...add, ...set(index)];
/** Runs `body` and goes round while the counter, which it lowers, is not zero. */
const countdown = (counter: number, body: number[]): number[] => [
  0x03,
  0x40,
  ...body,
  ...get(counter),
  ...constantOf(1),
  0x6b,
  0x22,
  ...leb(counter),
  0x0d,
  0,
  0x0b,
];

const fourTimes = [0, 1, 2, 3] as const;

function accumulate(fused: boolean, sum: number, right: number): number[] {
  const product = [...get(vector.x), ...get(right)];
  if (fused) return [...product, ...get(sum), ...simd(0x105), ...set(sum)];
  return [...product, ...simd(0xe6), ...get(sum), ...simd(0xe4), ...set(sum)];
}

function kernelBody(fused: boolean): number[] {
  const sum = (row: number, half: number): number => vector.sum + 2 * row + half;
  const depthLoop = countdown(scratch.k, [
    ...fourTimes.flatMap((k) => [
      ...load(scratch.b, 32 * k),
      ...set(vector.b),
      ...load(scratch.b, 32 * k + 16),
      ...set(vector.b + 1),
      ...fourTimes.flatMap((row) => [
        ...splat(scratch.a + row, 4 * k),
        ...set(vector.x),
        ...accumulate(fused, sum(row, 0), vector.b),
        ...accumulate(fused, sum(row, 1), vector.b + 1),
      ]),
    ]),
    ...fourTimes.flatMap((row) => increase(scratch.a + row, constantOf(16))),
    ...increase(scratch.b, constantOf(128)),
  ]);
  const rowLoop = countdown(scratch.rows, [
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((index) => [
      ...simd(0x0c),
      ...Array<number>(16).fill(0),
      ...set(vector.sum + index),
    ]),
    ...get(scratch.aRow),
    ...set(scratch.a),
    // A row of `left` has 16 bytes for each four of `depth`.
    ...[1, 2, 3].flatMap((row) => [
      ...get(scratch.a + row - 1),
      ...get(local.quads),
      ...constantOf(16),
      ...multiply,
      ...add,
      ...set(scratch.a + row),
    ]),
    ...get(local.b),
    ...set(scratch.b),
    ...get(local.quads),
    ...set(scratch.k),
    ...depthLoop,
    ...get(scratch.cRow),
    ...set(scratch.c),
    ...fourTimes.flatMap((row) => [
      ...get(scratch.c),
      ...get(sum(row, 0)),
      ...simd(0x0b),
      ...memory(0),
      ...get(scratch.c),
      ...get(sum(row, 1)),
      ...simd(0x0b),
      ...memory(16),
      ...increase(scratch.c, get(local.resultStride)),
    ]),
    // After the depth loop the fourth row's pointer stands at the next block of rows.
    ...get(scratch.a + 3),
    ...set(scratch.aRow),
    ...get(scratch.c),
    ...set(scratch.cRow),
  ]);
  const panelLoop = countdown(local.panels, [
    ...get(local.a),
    ...set(scratch.aRow),
    ...get(local.c),
    ...set(scratch.cRow),
    ...get(local.rowBlocks),
    ...set(scratch.rows),
    ...rowLoop,
    ...get(scratch.b),
    ...set(local.b),
    ...increase(local.c, constantOf(32)),
  ]);
  return [...panelLoop, 0x0b];
}

function moduleBytes(fused: boolean): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content];
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const locals = [2, 10, i32, 11, v128];
  const body = [...locals, ...kernelBody(fused)];
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 7, i32, i32, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('multiply'), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** The right operand, laid out for the kernel. */
export interface PackedMatrix {
  readonly depth: number;
  readonly columns: number;
  /** [ceil(columns / 8)][depth rounded up to 4][8], or where they lie in the kernel's memory. */
  readonly panels: Float32Array | HeapBlock;
}

export interface MatrixProduct {
  /** The kernel's memory: valid until its next use. Row r starts at r * stride. */
  readonly values: Float32Array;
  readonly stride: number;
}

export interface MatrixKernel {
  /** left f32 [rows, right.depth]. */
  multiply(left: Float32Array, rows: number, right: PackedMatrix): MatrixProduct;
  /**
   * The same matrix in the kernel's memory, which saves a copy at each product, until `owner` is collected or the matrix
   * released. Gives the matrix back as it is when the memory is full.
   */
  keep(matrix: PackedMatrix, owner: object): PackedMatrix;
  release(matrix: PackedMatrix): void;
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Packs a matrix [depth, columns], or with `transposed` one stored [columns, depth]. */
export function packMatrix(
  matrix: Float32Array,
  shape: { readonly depth: number; readonly columns: number; readonly transposed: boolean },
): PackedMatrix {
  const { depth, columns, transposed } = shape;
  const paddedDepth = roundUp(depth, 4);
  const panels = new Float32Array(Math.ceil(columns / 8) * paddedDepth * 8);
  const strideK = transposed ? 1 : columns;
  const strideN = transposed ? depth : 1;
  for (let first = 0; first < columns; first += 8) {
    const width = Math.min(8, columns - first);
    const base = first * paddedDepth;
    for (let k = 0; k < depth; k += 1) {
      const from = k * strideK + first * strideN;
      for (let n = 0; n < width; n += 1) panels[base + 8 * k + n] = matrix[from + n * strideN] as number;
    }
  }
  return { depth, columns, panels };
}

/** Compiles the kernel. Returns undefined where WebAssembly has no SIMD. */
export function createMatrixKernel(): MatrixKernel | undefined {
  const bytes = [moduleBytes(true), moduleBytes(false)].find((each) => WebAssembly.validate(each));
  if (bytes === undefined) return undefined;
  const heap = createKernelHeap();
  const { memory: linearMemory } = heap;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: linearMemory } });
  const run = instance.exports['multiply'] as (...numbers: number[]) => void;
  const collected = new FinalizationRegistry<HeapBlock>((block) => heap.free(block));
  let scratch: HeapBlock | undefined;

  /** Room for the operands of one product; the one of the last is reused or replaced. */
  function scratchOf(needed: number): HeapBlock {
    if (scratch !== undefined && scratch.bytes >= needed) return scratch;
    if (scratch !== undefined) heap.free(scratch);
    scratch = heap.allocate(needed);
    if (scratch !== undefined) return scratch;
    throw new TributaryError({
      code: 'ENGINE_MEMORY_FULL',
      message: 'The processor has no memory left for this model.',
      facts: { bytes: needed, used: linearMemory.buffer.byteLength },
      hint: 'Choose a smaller model, or a device with a graphics card.',
    });
  }

  return {
    multiply(left, rows, right) {
      const depth = roundUp(right.depth, 4);
      const paddedRows = roundUp(rows, 4);
      const stride = roundUp(right.columns, 8);
      const leftBytes = paddedRows * depth * 4;
      const { panels } = right;
      const copied = panels instanceof Float32Array ? panels.byteLength : 0;
      const { address } = scratchOf(leftBytes + copied + paddedRows * stride * 4);
      const values = new Float32Array(linearMemory.buffer);
      const first = address / 4;
      if (depth === right.depth) values.set(left.subarray(0, rows * depth), first);
      else {
        values.fill(0, first, first + rows * depth);
        for (let row = 0; row < rows; row += 1) {
          values.set(left.subarray(row * right.depth, (row + 1) * right.depth), first + row * depth);
        }
      }
      // Padding rows of the last block: their products are never read, but NaNs would be slow.
      values.fill(0, first + rows * depth, first + paddedRows * depth);
      if (panels instanceof Float32Array) values.set(panels, (address + leftBytes) / 4);
      const panelAddress = panels instanceof Float32Array ? address + leftBytes : panels.address;
      const result = address + leftBytes + copied;
      run(address, panelAddress, result, paddedRows / 4, depth / 4, stride / 8, stride * 4);
      return { values: values.subarray(result / 4, result / 4 + paddedRows * stride), stride };
    },
    keep(matrix, owner) {
      const { panels } = matrix;
      if (!(panels instanceof Float32Array)) return matrix;
      const block = heap.allocate(panels.byteLength);
      if (block === undefined) return matrix;
      new Float32Array(linearMemory.buffer).set(panels, block.address / 4);
      const kept = { ...matrix, panels: block };
      collected.register(owner, block, kept);
      return kept;
    },
    release(matrix) {
      if (matrix.panels instanceof Float32Array) return;
      collected.unregister(matrix);
      heap.free(matrix.panels);
    },
  };
}
