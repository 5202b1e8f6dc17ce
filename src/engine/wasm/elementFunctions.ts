// Exponentials on the CPU, four at a time, as WebAssembly functions. Addresses are in bytes; floats are f32.
//
// exp(x) = 2^n exp(r) with n = round(x / ln 2) and r = x - n ln 2 in two parts (Cody and Waite 1980), exp(r) by its Taylor
// polynomial of degree 7: within 2 ULP of f32 on [-87, 88]; x is clamped to that range.
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
} from './assemble.ts';

const get = local.get;
const splat = (value: number): Code => v128.splatFloat(f32.constant(value));

/** ln 2 in two parts: the first is short enough that its product with n is exact. */
const UPPER_LN2 = 0.693359375;
const LOWER_LN2 = -2.1219444e-4;
/** 1/k! from k = 7 down to 0. */
const taylor = [5040, 720, 120, 24, 6, 2, 1, 1].map((factorial) => 1 / factorial);

/** `target` = exp of `value`, lane by lane. */
function exponential(scope: Scope, fused: boolean, value: Code, target: Local): Code {
  const [n, r] = scope.variables('v128', 2) as [Local, Local];
  const clamped = v128.minimum(v128.maximum(value, splat(-87)), splat(88));
  const remainder = multiplyAdd(
    fused,
    get(n),
    splat(-LOWER_LN2),
    multiplyAdd(fused, get(n), splat(-UPPER_LN2), get(target)),
  );
  const [highest = 0, ...rest] = taylor;
  const power = v128.shiftIntegersLeft(
    v128.addIntegers(v128.toIntegers(get(n)), v128.splatInteger(i32.constant(127))),
    23,
  );
  return [
    local.set(target, clamped),
    local.set(n, v128.nearest(v128.multiply(get(target), splat(1 / Math.LN2)))),
    local.set(r, remainder),
    local.set(target, splat(highest)),
    rest.map((coefficient) => local.set(target, multiplyAdd(fused, get(target), get(r), splat(coefficient)))),
    local.set(target, v128.multiply(get(target), power)),
  ];
}

/** values[i] = exp(values[i] - shift). Parameters: values, address of shift, fours. */
function exponentials(fused: boolean): KernelFunction {
  const [values, shift, fours] = [0, 1, 2];
  return {
    name: 'exponentials',
    parameters: 3,
    body: (scope) => {
      const [result, shifts] = scope.variables('v128', 2) as [Local, Local];
      return [
        local.set(shifts, v128.load32Splat(get(shift), 0)),
        countdown(fours, [
          exponential(scope, fused, v128.subtract(v128.load(get(values), 0), get(shifts)), result),
          v128.store(get(values), 0, get(result)),
          increase(values, i32.constant(16)),
        ]),
      ];
    },
  };
}

/** result[i] = gate[i] / (1 + exp(-gate[i])) * up[i]. Parameters: gate, up, result, fours. */
function sigmoidProducts(fused: boolean): KernelFunction {
  const [gate, up, result, fours] = [0, 1, 2, 3];
  return {
    name: 'sigmoidProducts',
    parameters: 4,
    body: (scope) => {
      const value = scope.variable('v128');
      const negated = v128.subtract(v128.zero, v128.load(get(gate), 0));
      const product = v128.multiply(v128.load(get(gate), 0), v128.load(get(up), 0));
      return countdown(fours, [
        exponential(scope, fused, negated, value),
        v128.store(get(result), 0, v128.divide(product, v128.add(splat(1), get(value)))),
        [gate, up, result].map((pointer) => increase(pointer, i32.constant(16))),
      ]);
    },
  };
}

export function elementFunctions(fused: boolean): KernelFunction[] {
  return [exponentials(fused), sigmoidProducts(fused)];
}
