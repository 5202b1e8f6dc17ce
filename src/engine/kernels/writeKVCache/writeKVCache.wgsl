// Stores the keys and values of the active rows r < step[0] (inactive rows must not touch the cache) at their positions:
//   cache[table[slots[r] * max_blocks_per_sequence + p / 16], h, p % 16, i] = source[r, h, i],   p = positions[r].
// sources f32 [rows, kv_heads * D]; caches f32 [blocks, kv_heads, 16, D4], D4 = D rounded up to 4; the padding is left unchanged.
// Dispatch: flat over rows * kv_heads * D.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<u32>;
@group(0) @binding(4) var<storage, read> key: array<f32>;
@group(0) @binding(5) var<storage, read> value: array<f32>;
@group(0) @binding(6) var<storage, read_write> keys: array<f32>;
@group(0) @binding(7) var<storage, read_write> values: array<f32>;
override kv_heads: u32;
override dimension: u32;
override max_blocks_per_sequence: u32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  let row = index / (kv_heads * dimension);
  if (row >= step[0]) { return; }
  let head = index / dimension % kv_heads;
  let position = positions[row];
  let block = table[slots[row] * max_blocks_per_sequence + position / 16u];
  let at = ((block * kv_heads + head) * 16u + position % 16u) * ((dimension + 3u) / 4u * 4u) + index % dimension;
  keys[at] = key[index];
  values[at] = value[index];
}
