@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override columns: u32;
override first_row: u32;
override table_rows: u32;

/** The sixteen levels, four signed bytes a word. */
const levels = vec4u(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);

fn level(code: u32) -> f32 {
  return f32(i32(levels[code / 4u] << (24u - 8u * (code % 4u))) >> 24u);
}

/** Levels of the low nibble of each byte. */
fn levels_of(word: u32) -> vec4f {
  return vec4f(level(word & 15u), level((word >> 8u) & 15u), level((word >> 16u) & 15u), level((word >> 24u) & 15u));
}


fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  let word = codes[block * 4u + (quad & 3u)] >> (quad & 4u);
  return select(d.x, d.y, (block & 1u) == 1u) * levels_of(word);
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
