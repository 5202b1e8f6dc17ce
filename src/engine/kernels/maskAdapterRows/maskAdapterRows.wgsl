// x[r, i] = 0 where adapters[r] != adapter. x f32 [rows, columns], adapters i32 [rows]. Dispatch: flat over elements.
struct Shape { columns: u32, adapter: i32 }
@group(0) @binding(0) var<storage, read> adapters: array<i32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> shape: Shape;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  let row = i / shape.columns;
  if (row >= arrayLength(&adapters)) { return; }
  if (adapters[row] != shape.adapter) { x[i] = 0.0; }
}
