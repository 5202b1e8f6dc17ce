@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override columns: u32;
override epsilon: f32;

fn square(value: f32) -> f32 {
  return value * value;
}


@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let length = columns / 1u;
  let at = ((group.y * groups.x + group.x) * 8u + lane) * length;
  if (at + length > arrayLength(&y)) { return; }
  var squares = 0.0;
  for (var i = 0u; i < length; i++) { squares += square(x[at + i]); }
  let factor = 1.0 / sqrt(squares / f32(columns) + epsilon);
  for (var i = 0u; i < length; i++) { y[at + i] = x[at + i] * factor * weight[i]; }
}
