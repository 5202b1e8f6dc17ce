// row[i] = x[step[0] - 1, i]: the last active row. x f32 [rows, columns], row f32 [columns]. Dispatch: flat over columns.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> row: array<f32>;
override columns: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= columns) { return; }
  row[id.x] = x[(step[0] - 1u) * columns + id.x];
}
