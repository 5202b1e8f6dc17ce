// For tests only: the operator y = 2 x with variants that are correct, slow, wrong in typical ways, or less exact.
import type { Backend, Operator, OperatorCall, Variant } from '../backend.ts';
import { dispatchSize } from '../kernels/dispatchSize.ts';
import { floats } from '../kernels/operands.ts';
import { testNoise } from '../kernels/testNoise.ts';

/** Elements of x and y. */
export const length = 1_000;

/** y = 2 x by this WGSL expression of x and i. */
export function variant(name: string, expression: string, rest: Partial<Variant> = {}): Variant {
  return {
    name,
    source: () => `
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        let i = id.x;
        if (i < arrayLength(&y)) { y[i] = ${expression}; }
      }`,
    workgroups: () => dispatchSize(length),
    ...rest,
  };
}

export const right = variant('right', '2.0 * x[i]');
/** Correct, but one invocation does everything, after counting for so long that it is slow even compared with a busy machine. */
export const slow: Variant = {
  ...right,
  name: 'slow',
  source: () => `
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x > 0u) { return; }
      var state = bitcast<u32>(x[0]);
      for (var step = 0u; step < 4000000u; step++) { state = state * 1664525u + 1013904223u; }
      for (var i = 0u; i < arrayLength(&y); i++) { y[i] = 2.0 * x[i] + select(0.0, 1.0e-30, state == 0u); }
    }`,
};
export const wrongAtTheEdge = variant('wrong at the edge', 'select(2.0 * x[i], 0.0, i == 999u)');
export const notANumber = variant('not a number', 'select(2.0 * x[i], bitcast<f32>(0x7fc00000u + i - 3u), i == 3u)');
export const doesNotCompile = variant('does not compile', '2.0 * x');
export const asksTooMuch = variant('asks too much', '2.0 * x[i]', { workgroups: () => [70_000, 1, 1] });
export const half = variant('half', '2.001 * x[i]', { computeDtype: 'float16' });

/** The operator with these variants, first to last. */
export function doubling(...variants: readonly Variant[]): Operator {
  const sample = (size: number) => ({ constants: {}, rows: 1, tensors: { x: testNoise(size), y: testNoise(size, 2) } });
  return {
    name: 'doubling',
    bindings: [
      { name: 'x', access: 'read' },
      { name: 'y', access: 'write' },
    ],
    reference(buffers) {
      const x = floats(buffers, 'x');
      floats(buffers, 'y').set(x.map((value) => 2 * value));
    },
    variants,
    probe: { shape: () => `${length}`, checks: () => [sample(length)], load: () => sample(length) },
  };
}

/** The call y = 2 x on its own tensors: x is 3, y is initially 7. */
export function callOf(backend: Backend, operator: Operator): OperatorCall {
  const x = backend.createTensor('x', 'f32', length);
  const y = backend.createTensor('y', 'f32', length);
  backend.upload(x, new Float32Array(length).fill(3));
  backend.upload(y, new Float32Array(length).fill(7));
  return { operator, tensors: { x, y }, constants: {} };
}
