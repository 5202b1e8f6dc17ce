@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override columns: u32;
override first_row: u32;
override table_rows: u32;

fn scale_and_minimum(at: u32, group: u32) -> vec2f {
  let shift = 8u * (group % 4u);
  let first = codes[at] >> shift;
  let second = codes[at + 1u] >> shift;
  let third = codes[at + 2u] >> shift;
  let low = vec2u(first & 63u, second & 63u);
  let high = vec2u((third & 15u) | ((first >> 2u) & 48u), ((third >> 4u) & 15u) | ((second >> 2u) & 48u));
  return vec2f(select(low, high, group >= 4u));
}

fn unpack(block: u32, quad: u32) -> vec4f {
  let at = (block / 8u) * 36u;
  let group = block % 8u;
  let d = unpack2x16float(codes[at]) * scale_and_minimum(at + 1u, group);
  let word = codes[at + 4u + (group / 2u) * 8u + quad] >> (4u * (group & 1u));
  let q = vec4f(vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u))) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
  return d.x * q - d.y;
}

fn row_blocks(columns: u32) -> u32 {
  return (columns + 255u) / 256u * 8u;
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
