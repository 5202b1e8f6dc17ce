// target[i] += scale * source[i],  both f32 [rows, columns]. Dispatch: flat over elements.
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
override scale: f32;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= arrayLength(&target_) || i >= arrayLength(&source)) { return; }
  target_[i] += scale * source[i];
}
