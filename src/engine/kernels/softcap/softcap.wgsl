// x[i] = cap * tanh(x[i] / cap) in place, f32 [rows, columns]. Dispatch: flat over elements.
//
// The argument is clamped to 15, where tanh is 1 in f32: drivers compute it from exponentials that overflow.
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
override cap: f32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= arrayLength(&x)) { return; }
  x[i] = cap * tanh(clamp(x[i] / cap, -15.0, 15.0));
}
