// result[i] = gate[i] / (1 + exp(-2 u)) * up[i],  u = sqrt(2 / pi) (gate[i] + 0.044715 gate[i]^3),  all f32 [rows, columns]
//
// Equal to 0.5 x (1 + tanh(u)), but without tanh's overflow and without its cancellation where u is far below zero. The
// exponent is clamped to 80: beyond it the result is 0 in f32. Dispatch: flat over elements.
@group(0) @binding(0) var<storage, read> gate: array<f32>;
@group(0) @binding(1) var<storage, read> up: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= arrayLength(&result)) { return; }
  let x = gate[i];
  let twice = 1.5957691216057308 * (x + 0.044715 * x * x * x);
  result[i] = x / (1.0 + exp(min(-twice, 80.0))) * up[i];
}
