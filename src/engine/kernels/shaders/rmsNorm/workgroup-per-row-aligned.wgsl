@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
override columns: u32;
override epsilon: f32;

fn square(value: vec4f) -> f32 {
  return dot(value, value);
}

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let length = columns / 4u;
  let at = (group.y * groups.x + group.x) * length;
  var squares = 0.0;
  for (var i = lane; i < length; i += 64u) { squares += square(x[at + i]); }
  partial[lane] = squares;
  workgroupBarrier();
  for (var width = 32u; width > 0u; width /= 2u) {
    if (lane < width) { partial[lane] += partial[lane + width]; }
    workgroupBarrier();
  }
  if (at + length > arrayLength(&y)) { return; }
  let factor = 1.0 / sqrt(partial[0] / f32(columns) + epsilon);
  for (var i = lane; i < length; i += 64u) { y[at + i] = x[at + i] * factor * weight[i]; }
}
