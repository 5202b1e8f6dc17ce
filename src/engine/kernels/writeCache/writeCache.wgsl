// cache[positions[r], i] = source[r, i] for the active rows r < step[0] only: what lies beyond must not touch the cache.
// source f32 [rows, columns]; cache f32 [context, columns]; positions u32 [rows]. Grid: flat over rows * columns.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> cache: array<f32>;
override columns: u32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  let row = i / columns;
  if (row >= step[0]) { return; }
  cache[positions[row] * columns + i % columns] = source[i];
}
