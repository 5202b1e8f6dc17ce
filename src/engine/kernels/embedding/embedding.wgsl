// y[r, i] = W[ids[r] - first_row, i] if that row is among W's table_rows rows, else y is unchanged.
// ids u32 [rows]; W: see `Weight` in backend.ts; y f32 [rows, columns].
// Dispatch: flat over rows * columns. Values: F32, SCALES (W has them), UNPACK, see decodeSource.ts.
@group(0) @binding(0) var<storage, read> ids: array<u32>;
//#if F32
@group(0) @binding(1) var<storage, read> codes: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<u32>;
//#if SCALES
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
//#else
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
//#end
//#end
override columns: u32;
override first_row: u32;
override table_rows: u32;

${UNPACK}

fn weight(row: u32, i: u32) -> f32 {
  //#if F32
  return codes[row * columns + i];
  //#else
  return unpack(row * row_blocks(columns) + i / 32u, (i % 32u) / 4u)[i % 4u];
  //#end
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= arrayLength(&y)) { return; }
  // An id below first_row wraps around and is too large as well.
  let row = ids[index / columns] - first_row;
  if (row >= table_rows) { return; }
  y[index] = weight(row, index % columns);
}
