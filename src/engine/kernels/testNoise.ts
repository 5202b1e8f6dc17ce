// Deterministic pseudo-random numbers, as inputs on which kernels are compared.

/** f32 in [-1, 1), by a linear congruential generator (Numerical Recipes, 2nd edition). */
export function testNoise(length: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
