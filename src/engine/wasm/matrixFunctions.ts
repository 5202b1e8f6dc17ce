// Matrix products on the CPU, as WebAssembly functions. All addresses and strides are in bytes; floats are f32.
//
// - `dotProducts`: result[r, n] = sum_k left[r, k] right[n, k]: both operands along their rows, as in a linear layer.
// - `rowProducts`: result[r, c] (+)= sum_k left[r, k] right[k, c]: the right operand down its columns, as in a gradient.
//
// Tiles that cross an edge repeat the last row, and `result` must have room for whole tiles.
import {
  type Code,
  countdown,
  f32,
  i32,
  increase,
  type KernelFunction,
  type Local,
  laneSum,
  local,
  multiplyAdd,
  v128,
  when,
} from './assemble.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const get = local.get;

/** Pointers to `count` rows from `first` on, clamped to `last`. */
function rowPointers(pointers: readonly Local[], first: Local, stride: Local, last: Local): Code {
  return pointers.map((pointer, index) => {
    if (index === 0) return local.set(pointer, get(first));
    const next = i32.add(get(first), i32.multiply(i32.constant(index), get(stride)));
    return local.set(pointer, i32.minimum(next, get(last)));
  });
}

/**
 * Parameters: left, leftStride, lastLeft (the last row), leftTiles, right, rightStride, lastRight, rightTiles; the depth as
 * sixteens, fours and rest; result, resultStride. A tile of `tall` rows of left by `wide` rows of right stays in registers.
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
        rightValues.map((value, index) => local.set(value, load(get(rightMoving[index] ?? 0), offset))),
        leftMoving.map((pointer, row) => [
          local.set(leftValue, load(get(pointer), offset)),
          rightValues.map((value, column) => {
            const sum = sums[row * wide + column] ?? 0;
            return local.set(sum, multiplyAdd(fused, get(leftValue), get(value), get(sum)));
          }),
        ]),
      ];
      const advance = (bytes: number): Code =>
        [...rightMoving, ...leftMoving].map((pointer) => increase(pointer, i32.constant(bytes)));
      const repeated = (count: Local, body: Code): Code => [local.set(steps, get(count)), countdown(steps, body)];
      const stores = leftMoving.map((_, row) => {
        const rowAt = i32.add(get(resultAt), i32.multiply(i32.constant(row), get(resultStride)));
        return rightRows.map((__, column) => f32.store(rowAt, 4 * column, laneSum(sums[row * wide + column] ?? 0)));
      });
      const leftLoop = countdown(tiles, [
        rowPointers(leftMoving, leftAt, leftStride, lastLeft),
        rightMoving.map((pointer, index) => local.set(pointer, get(rightRows[index] ?? 0))),
        sums.map((sum) => local.set(sum, v128.zero)),
        repeated(sixteens, [range(4).map((four) => products(v128.load, 16 * four)), advance(64)]),
        repeated(fours, [products(v128.load, 0), advance(16)]),
        repeated(rest, [products(v128.load32Zero, 0), advance(4)]),
        stores,
        increase(leftAt, i32.multiply(i32.constant(tall), get(leftStride))),
        increase(resultAt, i32.multiply(i32.constant(tall), get(resultStride))),
      ]);
      return countdown(rightTiles, [
        rowPointers(rightRows, right, rightStride, lastRight),
        local.set(leftAt, get(left)),
        local.set(resultAt, get(result)),
        local.set(tiles, get(leftTiles)),
        leftLoop,
        increase(right, i32.multiply(i32.constant(wide), get(rightStride))),
        increase(result, i32.constant(4 * wide)),
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
        sums.map((sum, index) => make(sum, index >> 1, index & 1));
      const step: Code = [
        halves.map((value, half) => local.set(value, v128.load(get(rightAt), 16 * half))),
        leftMoving.map((pointer, row) => [
          local.set(leftValue, v128.load32Splat(get(pointer), 0)),
          halves.map((value, half) => {
            const sum = sums[2 * row + half] ?? 0;
            return local.set(sum, multiplyAdd(fused, get(leftValue), get(value), get(sum)));
          }),
          increase(pointer, i32.constant(4)),
        ]),
        increase(rightAt, get(rightStride)),
      ];
      const leftLoop = countdown(tiles, [
        rowPointers(leftMoving, leftAt, leftStride, lastLeft),
        local.set(rightAt, get(right)),
        eachSum((sum) => local.set(sum, v128.zero)),
        local.set(steps, get(depth)),
        countdown(steps, step),
        when(
          get(accumulate),
          eachSum((sum, row, half) => local.set(sum, v128.add(get(sum), v128.load(resultRow(row), 16 * half)))),
        ),
        eachSum((sum, row, half) => v128.store(resultRow(row), 16 * half, get(sum))),
        increase(leftAt, i32.multiply(i32.constant(tall), get(leftStride))),
        increase(resultAt, i32.multiply(i32.constant(tall), get(resultStride))),
      ]);
      return countdown(panels, [
        local.set(leftAt, get(left)),
        local.set(resultAt, get(result)),
        local.set(tiles, get(leftTiles)),
        leftLoop,
        increase(right, i32.constant(32)),
        increase(result, i32.constant(32)),
      ]);
    },
  };
}

/** `fused`: with relaxed SIMD's multiply-add. */
export function matrixFunctions(fused: boolean): KernelFunction[] {
  return [dotProducts('dotProducts', 4, 2, fused), dotProducts('dotProductsOfOne', 1, 4, fused), rowProducts(fused)];
}
