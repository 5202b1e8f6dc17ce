@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override columns: u32;
override first_row: u32;
override table_rows: u32;

fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(codes[block * 6u]);
  let high = vec4i(vec4u(codes[block * 6u + 1u] >> (4u * quad)) & vec4u(1u, 2u, 4u, 8u));
  let word = codes[block * 6u + 2u + (quad & 3u)] >> (quad & 4u);
  let low = vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u));
  return d.x * (vec4f(low) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) + vec4f(high) * vec4f(16.0, 8.0, 4.0, 2.0)) + d.y;
}

fn row_blocks(columns: u32) -> u32 {
  return (columns + 31u) / 32u * 1u;
}


fn weight(row: u32, i: u32) -> f32 {
  return unpack(row * row_blocks(columns) + i / 32u, (i % 32u) / 4u)[i % 4u];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= arrayLength(&y)) { return; }
  let row = ids[index / columns] - first_row;
  if (row >= table_rows) { return; }
  y[index] = weight(row, index % columns);
}
