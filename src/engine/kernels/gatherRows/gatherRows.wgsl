// result[r, c] = indices[r] < 0 ? 0 : values[indices[r], c], for r < rows
// values f32 [any, width], indices i32 [rows], result f32 [rows, width]. Dispatch: one thread per element, x over width, y over rows.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> indices: array<i32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

override width: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= width || id.y >= step[0]) { return; }
  let index = indices[id.y];
  var value = 0.0;
  if (index >= 0) { value = values[u32(index) * width + id.x]; }
  result[id.y * width + id.x] = value;
}
