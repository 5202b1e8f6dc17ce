// y[r, i] = W[ids[r] - first_row, i] where that is one of W's table_rows rows, else y stays.  ids u32 [rows]; W: see `Weight` in backend.ts; y f32 [rows, columns].
// Grid: flat over rows * columns. Values: F32, Q8_0, Q4_0, Q4_1, Q4.
@group(0) @binding(0) var<storage, read> ids: array<u32>;
//#if F32
@group(0) @binding(1) var<storage, read> codes: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
//#end
override columns: u32;
override first_row: u32;
override table_rows: u32;

fn weight(row: u32, i: u32) -> f32 {
  //#if F32
  return codes[row * columns + i];
  //#else
  let block = row * ((columns + 31u) / 32u) + i / 32u;
  //#if Q4_1
  let pair = unpack2x16float(scales[block]);
  //#else
  let pair = unpack2x16float(scales[block / 2u]);
  let scale = select(pair.x, pair.y, (block & 1u) == 1u);
  //#end
  //#if Q8_0
  let word = codes[block * 8u + (i % 32u) / 4u];
  return f32(i32(word << (24u - 8u * (i % 4u))) >> 24u) * scale;
  //#end
  //#if Q4
  let word = codes[block * 4u + (i % 16u) / 4u];
  let code = f32((word >> (8u * (i % 4u) + 4u * ((i / 16u) % 2u))) & 15u);
  //#if Q4_1
  return code * pair.x + pair.y;
  //#else
  return (code - 8.0) * scale;
  //#end
  //#end
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
  // Below the first row the difference wraps around and is too large as well.
  let row = ids[index / columns] - first_row;
  if (row >= table_rows) { return; }
  y[index] = weight(row, index % columns);
}
