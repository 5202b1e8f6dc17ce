// out[r, h] = sum_z w_z sum_z[r, h] / sum_z w_z normaliser_z,   w_z = exp(maximum_z - max over z): the reduction after
// flashDecode. It reads only splits with positions that the row attends to; the others were not written.
//
// partials f32 [rows, heads, splits, D4 + 4]: sums, then maximum, normaliser, 0, 0. positions u32 [rows]; out f32 [rows, heads * D].
// Dispatch: flat over rows * heads * D4 / 4. No barrier. f32.
@group(0) @binding(0) var<storage, read> positions: array<u32>;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
override heads: u32;
override dimension: u32;
override window: u32;
override splits: u32;
override split_blocks: u32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let quads = (dimension + 3u) / 4u;
  let flat = (group.y * groups.x + group.x) * 64u + lane;
  let index = flat / quads;
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  let position = positions[index / heads];
  let start = select(0u, position + 1u - min(window, position + 1u), window > 0u);
  let first = start / 16u / split_blocks;
  let end = min(position / 16u / split_blocks + 1u, splits);
  let at = index * splits * (quads + 1u);
  var highest = -3.0e38;
  for (var z = first; z < end; z++) { highest = max(highest, partials[at + z * (quads + 1u) + quads].x); }
  var normaliser = 0.0;
  var sum = vec4f();
  for (var z = first; z < end; z++) {
    let part = at + z * (quads + 1u);
    let weight = exp(partials[part + quads].x - highest);
    normaliser += weight * partials[part + quads].y;
    sum += weight * partials[part + flat % quads];
  }
  let factor = select(0.0, 1.0 / normaliser, normaliser > 0.0);
  let c = 4u * (flat % quads);
  for (var i = 0u; i < min(4u, dimension - c); i++) {
    result[index * dimension + c + i] = sum[i] * factor;
  }
}
