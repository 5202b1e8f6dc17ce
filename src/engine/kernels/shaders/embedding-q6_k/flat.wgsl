@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override columns: u32;
override first_row: u32;
override table_rows: u32;

fn unpack(block: u32, quad: u32) -> vec4f {
  let number = block / 8u;
  let at = number * 52u;
  let group = block % 8u;
  let d = unpack2x16float(scales[number / 2u]);
  let sixteen = 2u * group + quad / 4u;
  let scale = i32(codes[at + 48u + sixteen / 4u] << (24u - 8u * (sixteen % 4u))) >> 24u;
  let low = codes[at + (group / 4u) * 16u + (group & 1u) * 8u + quad] >> (2u * (group & 2u));
  let high = codes[at + 32u + (group / 4u) * 8u + quad] >> (2u * (group % 4u));
  let word = (low & 0x0f0f0f0fu) | ((high & 0x03030303u) << 4u);
  let bits = vec4i(vec4u(word) & vec4u(0x3fu, 0x3f00u, 0x3f0000u, 0x3f000000u));
  let q = vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - 32.0;
  return select(d.x, d.y, (number & 1u) == 1u) * f32(scale) * q;
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
