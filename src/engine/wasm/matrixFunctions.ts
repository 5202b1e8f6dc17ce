// The kernels of the processor, as WebAssembly functions. All addresses and strides are bytes; floats are f32.
//
// - `dotProducts`: result[r, n] = sum_k left[r, k] right[n, k]: both operands along their rows, as in a linear layer.
// - `rowProducts`: result[r, c] (+)= sum_k left[r, k] right[k, c]: the right operand down its columns, as in a gradient.
// - `unpack_<format>`: blocks of 32 as floats.
// - `vector_<format>`: result[n] = sum_k x[k] W[n, k] for one x, straight from the blocks.
//
// Tiles that hang over an edge work on the last row again, and `result` must have room for whole tiles.
import {
  type Code,
  countdown,
  f32,
  i32,
  increase,
  type KernelFunction,
  type Local,
  local,
  multiplyAdd,
  type Scope,
  v128,
  when,
} from './assemble.ts';

export type BlockFormat = 'q8_0' | 'q4_0' | 'q4_1';

export const blockFormats: readonly BlockFormat[] = ['q8_0', 'q4_0', 'q4_1'];

/** Bytes of a block's codes and of its scale (and minimum), in the layout of `Weight`. */
export const blockBytes: Readonly<Record<BlockFormat, { readonly codes: number; readonly scales: number }>> = {
  q8_0: { codes: 32, scales: 2 },
  q4_0: { codes: 16, scales: 2 },
  q4_1: { codes: 16, scales: 4 },
};

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const get = local.get;

/** The f16 at an address as f32: its bits moved into place, then its exponent's bias made up for. Exact. */
function halfAt(address: Code, offset: number): Code {
  // The sign was spread over the bits between it and the exponent.
  const bits = i32.and(i32.shiftLeft(i32.load16Signed(address, offset), i32.constant(13)), i32.constant(0x8fffffff));
  return f32.multiply(f32.reinterpret(bits), f32.constant(2 ** 112));
}

/** The codes of the block at `codes` as eight times four floats, in order. */
function codesOf(scope: Scope, format: BlockFormat, codes: Local): { readonly prepare: Code; readonly fours: Code[] } {
  const shorts = scope.variables('v128', 4);
  const fours = range(8).map((index) =>
    v128.toFloats(v128.extendShorts(get(shorts[index >> 1] ?? 0), (index & 1) as 0 | 1)),
  );
  if (format === 'q8_0') {
    const loads = shorts.map((short, index) => local.set(short, v128.load8x8Signed(get(codes), 8 * index)));
    return { prepare: loads.flat(), fours };
  }
  const word = scope.variable('v128');
  const nibbles = scope.variables('v128', 2);
  const low = v128.and(get(word), v128.splatByte(15));
  const high = v128.shiftBytesRight(get(word), 4);
  const centred = (value: Code): Code => (format === 'q4_0' ? v128.subtractBytes(value, v128.splatByte(8)) : value);
  return {
    prepare: [
      ...local.set(word, v128.load(get(codes), 0)),
      ...local.set(nibbles[0] ?? 0, centred(low)),
      ...local.set(nibbles[1] ?? 0, centred(high)),
      ...shorts.flatMap((short, index) =>
        local.set(short, v128.extendBytes(get(nibbles[index >> 1] ?? 0), (index & 1) as 0 | 1)),
      ),
    ],
    fours,
  };
}

/** Parameters: codes, scales, target, blocks. */
function unpack(format: BlockFormat, fused: boolean): KernelFunction {
  const [codes, scales, target, blocks] = [0, 1, 2, 3];
  return {
    name: `unpack_${format}`,
    parameters: 4,
    body: (scope) => {
      const scale = scope.variable('v128');
      const minimum = scope.variable('v128');
      const { prepare, fours } = codesOf(scope, format, codes);
      const value = (four: Code): Code =>
        format === 'q4_1' ? multiplyAdd(fused, four, get(scale), get(minimum)) : v128.multiply(four, get(scale));
      return countdown(blocks, [
        ...local.set(scale, v128.splatFloat(halfAt(get(scales), 0))),
        ...(format === 'q4_1' ? local.set(minimum, v128.splatFloat(halfAt(get(scales), 2))) : []),
        ...prepare,
        ...fours.flatMap((four, index) => v128.store(get(target), 16 * index, value(four))),
        ...increase(codes, i32.constant(blockBytes[format].codes)),
        ...increase(scales, i32.constant(blockBytes[format].scales)),
        ...increase(target, i32.constant(128)),
      ]);
    },
  };
}

/** The sum of a vector's four lanes. */
function laneSum(value: Local): Code {
  const [a, b, c, d] = range(4).map((index) => v128.lane(get(value), index)) as [Code, Code, Code, Code];
  return f32.add(f32.add(a, b), f32.add(c, d));
}

/**
 * Parameters: x (with zeros up to whole blocks), sums of x over each block, codes, scales, result, rows, blocks of a row.
 * A block's scale multiplies the sum over its codes once; Q4_1's minimum the sum over x.
 */
function vector(format: BlockFormat, fused: boolean): KernelFunction {
  const [x, sums, codes, scales, result, rows, blocks] = [0, 1, 2, 3, 4, 5, 6];
  return {
    name: `vector_${format}`,
    parameters: 7,
    body: (scope) => {
      const [xAt, sumAt, left] = scope.variables('i32', 3) as [Local, Local, Local];
      const total = scope.variable('v128');
      const offsets = scope.variable('f32');
      const partial = scope.variables('v128', 2);
      const { prepare, fours } = codesOf(scope, format, codes);
      const products = fours.flatMap((four, index) => {
        const sum = partial[index & 1] ?? 0;
        const loaded = v128.load(get(xAt), 16 * index);
        return local.set(sum, index < 2 ? v128.multiply(four, loaded) : multiplyAdd(fused, four, loaded, get(sum)));
      });
      const both = v128.add(get(partial[0] ?? 0), get(partial[1] ?? 0));
      const blockLoop = countdown(left, [
        ...prepare,
        ...products,
        ...local.set(total, multiplyAdd(fused, both, v128.splatFloat(halfAt(get(scales), 0)), get(total))),
        ...(format === 'q4_1'
          ? [
              ...local.set(
                offsets,
                f32.add(get(offsets), f32.multiply(halfAt(get(scales), 2), f32.load(get(sumAt), 0))),
              ),
              ...increase(sumAt, i32.constant(4)),
            ]
          : []),
        ...increase(codes, i32.constant(blockBytes[format].codes)),
        ...increase(scales, i32.constant(blockBytes[format].scales)),
        ...increase(xAt, i32.constant(128)),
      ]);
      return countdown(rows, [
        ...local.set(xAt, get(x)),
        ...local.set(sumAt, get(sums)),
        ...local.set(left, get(blocks)),
        ...local.set(total, v128.zero),
        ...local.set(offsets, f32.constant(0)),
        ...blockLoop,
        ...f32.store(get(result), 0, f32.add(laneSum(total), get(offsets))),
        ...increase(result, i32.constant(4)),
      ]);
    },
  };
}

/** Pointers to `count` rows from `first` on, none beyond `last`. */
function rowPointers(pointers: readonly Local[], first: Local, stride: Local, last: Local): Code {
  return pointers.flatMap((pointer, index) => {
    if (index === 0) return local.set(pointer, get(first));
    const next = i32.add(get(first), i32.multiply(i32.constant(index), get(stride)));
    return local.set(pointer, i32.minimum(next, get(last)));
  });
}

/**
 * Parameters: left, leftStride, lastLeft (the last row), leftTiles, right, rightStride, lastRight, rightTiles; the depth as
 * sixteens, fours and rest; result, resultStride. A tile of `tall` rows of left by `wide` rows of right is kept in registers.
 */
function dotProducts(name: string, tall: number, wide: number, fused: boolean): KernelFunction {
  const [left, leftStride, lastLeft, leftTiles] = [0, 1, 2, 3];
  const [right, rightStride, lastRight, rightTiles] = [4, 5, 6, 7];
  const [sixteens, fours, rest, result, resultStride] = [8, 9, 10, 11, 12];
  return {
    name,
    parameters: 13,
    body: (scope) => {
      const [leftAt, resultAt, tiles, steps] = scope.variables('i32', 4) as [Local, Local, Local, Local];
      const rightRows = scope.variables('i32', wide);
      const rightMoving = scope.variables('i32', wide);
      const leftMoving = scope.variables('i32', tall);
      const sums = scope.variables('v128', tall * wide);
      const rightValues = scope.variables('v128', wide);
      const leftValue = scope.variable('v128');
      const products = (load: (address: Code, offset: number) => Code, offset: number): Code => [
        ...rightValues.flatMap((value, index) => local.set(value, load(get(rightMoving[index] ?? 0), offset))),
        ...leftMoving.flatMap((pointer, row) => [
          ...local.set(leftValue, load(get(pointer), offset)),
          ...rightValues.flatMap((value, column) => {
            const sum = sums[row * wide + column] ?? 0;
            return local.set(sum, multiplyAdd(fused, get(leftValue), get(value), get(sum)));
          }),
        ]),
      ];
      const advance = (bytes: number): Code =>
        [...rightMoving, ...leftMoving].flatMap((pointer) => increase(pointer, i32.constant(bytes)));
      const repeated = (count: Local, body: Code): Code => [...local.set(steps, get(count)), ...countdown(steps, body)];
      const stores = leftMoving.flatMap((_, row) => {
        const rowAt = i32.add(get(resultAt), i32.multiply(i32.constant(row), get(resultStride)));
        return rightRows.flatMap((__, column) => f32.store(rowAt, 4 * column, laneSum(sums[row * wide + column] ?? 0)));
      });
      const leftLoop = countdown(tiles, [
        ...rowPointers(leftMoving, leftAt, leftStride, lastLeft),
        ...rightMoving.flatMap((pointer, index) => local.set(pointer, get(rightRows[index] ?? 0))),
        ...sums.flatMap((sum) => local.set(sum, v128.zero)),
        ...repeated(sixteens, [...range(4).flatMap((four) => products(v128.load, 16 * four)), ...advance(64)]),
        ...repeated(fours, [...products(v128.load, 0), ...advance(16)]),
        ...repeated(rest, [...products(v128.load32Zero, 0), ...advance(4)]),
        ...stores,
        ...increase(leftAt, i32.multiply(i32.constant(tall), get(leftStride))),
        ...increase(resultAt, i32.multiply(i32.constant(tall), get(resultStride))),
      ]);
      return countdown(rightTiles, [
        ...rowPointers(rightRows, right, rightStride, lastRight),
        ...local.set(leftAt, get(left)),
        ...local.set(resultAt, get(result)),
        ...local.set(tiles, get(leftTiles)),
        ...leftLoop,
        ...increase(right, i32.multiply(i32.constant(wide), get(rightStride))),
        ...increase(result, i32.constant(4 * wide)),
      ]);
    },
  };
}

/**
 * Parameters: left, leftStride, lastLeft, leftTiles (of 4 rows), right, rightStride, panels (of 8 columns), depth, result,
 * resultStride, accumulate (0 or 1).
 */
function rowProducts(fused: boolean): KernelFunction {
  const tall = 4;
  const [left, leftStride, lastLeft, leftTiles, right, rightStride] = [0, 1, 2, 3, 4, 5];
  const [panels, depth, result, resultStride, accumulate] = [6, 7, 8, 9, 10];
  return {
    name: 'rowProducts',
    parameters: 11,
    body: (scope) => {
      const [leftAt, rightAt, resultAt, tiles, steps] = scope.variables('i32', 5) as [
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      const leftMoving = scope.variables('i32', tall);
      const sums = scope.variables('v128', 2 * tall);
      const halves = scope.variables('v128', 2);
      const leftValue = scope.variable('v128');
      const resultRow = (row: number): Code =>
        i32.add(get(resultAt), i32.multiply(i32.constant(row), get(resultStride)));
      const eachSum = (make: (sum: Local, row: number, half: number) => Code): Code =>
        sums.flatMap((sum, index) => make(sum, index >> 1, index & 1));
      const step: Code = [
        ...halves.flatMap((value, half) => local.set(value, v128.load(get(rightAt), 16 * half))),
        ...leftMoving.flatMap((pointer, row) => [
          ...local.set(leftValue, v128.load32Splat(get(pointer), 0)),
          ...halves.flatMap((value, half) => {
            const sum = sums[2 * row + half] ?? 0;
            return local.set(sum, multiplyAdd(fused, get(leftValue), get(value), get(sum)));
          }),
          ...increase(pointer, i32.constant(4)),
        ]),
        ...increase(rightAt, get(rightStride)),
      ];
      const leftLoop = countdown(tiles, [
        ...rowPointers(leftMoving, leftAt, leftStride, lastLeft),
        ...local.set(rightAt, get(right)),
        ...eachSum((sum) => local.set(sum, v128.zero)),
        ...local.set(steps, get(depth)),
        ...countdown(steps, step),
        ...when(
          get(accumulate),
          eachSum((sum, row, half) => local.set(sum, v128.add(get(sum), v128.load(resultRow(row), 16 * half)))),
        ),
        ...eachSum((sum, row, half) => v128.store(resultRow(row), 16 * half, get(sum))),
        ...increase(leftAt, i32.multiply(i32.constant(tall), get(leftStride))),
        ...increase(resultAt, i32.multiply(i32.constant(tall), get(resultStride))),
      ]);
      return countdown(panels, [
        ...local.set(leftAt, get(left)),
        ...local.set(resultAt, get(result)),
        ...local.set(tiles, get(leftTiles)),
        ...leftLoop,
        ...increase(right, i32.constant(32)),
        ...increase(result, i32.constant(32)),
      ]);
    },
  };
}

/** All functions. `fused`: with relaxed SIMD's multiply-add. */
export function matrixFunctions(fused: boolean): KernelFunction[] {
  return [
    dotProducts('dotProducts', 4, 2, fused),
    dotProducts('dotProductsOfOne', 1, 4, fused),
    rowProducts(fused),
    ...blockFormats.flatMap((format) => [unpack(format, fused), vector(format, fused)]),
  ];
}
