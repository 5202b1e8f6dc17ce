// cache[pair[1], i] = cache[pair[0], i], 0 <= i < size: copy-on-write of a KV cache block that two sequences share.
// cache f32 [blocks, size]; pair u32 [2]. Dispatch: flat over size.
@group(0) @binding(0) var<storage, read> pair: array<u32>;
@group(0) @binding(1) var<storage, read_write> cache: array<f32>;
override size: u32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= size) { return; }
  cache[pair[1] * size + i] = cache[pair[0] * size + i];
}
