// y[g, i] = x[g, i] / sqrt(mean_i x[g, i]^2 + epsilon) * weight[i]
//
// x, y f32 [rows * groups, columns]; weight f32 [columns]. One invocation per vector of `columns` elements (SHARED 0: no barrier,
// for software drivers and many rows) or one workgroup of 64 (SHARED 1).
// Dispatch: flat over rows * groups. f32 throughout.
// Values: SHARED; WIDE (columns % 4 == 0): loads WIDTH = 4 elements at a time as NUMBER = vec4f, otherwise one f32.
@group(0) @binding(0) var<storage, read> x: array<${NUMBER}>;
@group(0) @binding(1) var<storage, read> weight: array<${NUMBER}>;
@group(0) @binding(2) var<storage, read_write> y: array<${NUMBER}>;
override columns: u32;
override epsilon: f32;

fn square(value: ${NUMBER}) -> f32 {
//#if WIDE
  return dot(value, value);
//#else
  return value * value;
//#end
}

//#if SHARED
var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let length = columns / ${WIDTH}u;
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
//#else

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let length = columns / ${WIDTH}u;
  let at = ((group.y * groups.x + group.x) * 8u + lane) * length;
  if (at + length > arrayLength(&y)) { return; }
  var squares = 0.0;
  for (var i = 0u; i < length; i++) { squares += square(x[at + i]); }
  let factor = 1.0 / sqrt(squares / f32(columns) + epsilon);
  for (var i = 0u; i < length; i++) { y[at + i] = x[at + i] * factor * weight[i]; }
}
//#end
