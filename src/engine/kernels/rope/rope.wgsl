// Rotates the pairs (i, i + r/2) of the first r elements of every head by the angle of the row's position, in place:
//   a' = a cos - b sin,  b' = b cos + a sin      (direction -1 is the inverse: the gradient of the same rotation)
//
// x f32 [rows, heads * d]; positions u32 [rows]; table f32 [positions, r/2, 2] = cos, sin, computed in f64 on the CPU,
// because a shader's cos() and sin() may be off by 2^-11. Dispatch: flat over rows * heads * r/2 pairs.
@group(0) @binding(0) var<storage, read> positions: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
override heads: u32;
override dimension: u32;
override half_rotary: u32;
override direction: f32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let i = index % half_rotary;
  let head = index / half_rotary;
  let row = head / heads;
  let at = head * dimension + i;
  if (at + half_rotary >= arrayLength(&x)) { return; }
  let turn = table[positions[row] * half_rotary + i];
  let a = x[at];
  let b = x[at + half_rotary];
  x[at] = a * turn.x - b * turn.y * direction;
  x[at + half_rotary] = b * turn.x + a * turn.y * direction;
}
