@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> shape: Shape;
struct Shape {
  inputs: u32,
  outputs: u32,
  stride: u32,
  accumulate: u32,
  scale: f32,
}

/** Where a row begins, for `load_x`. */
fn start_x(row: u32) -> u32 {
  return row * (shape.inputs / 4u);
}

/** Elements 4 q .. 4 q + 3 of a row of x, zero beyond the row's end. */
fn load_x(start: u32, q: u32) -> vec4f {
  return x[start + q];
}

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


/** Where a row begins: for `load_w`, or its first block. */
fn start_w(row: u32) -> u32 {
  return row * row_blocks(shape.inputs);
}

/** Elements 4 q .. 4 q + 3 of a row of W. */
fn load_w(start: u32, q: u32) -> vec4f {
  return unpack(start + q / 8u, q % 8u);
}


@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let column = ((group.y * groups.x + group.x) * 32u + lane) * 4u;
  if (column >= shape.outputs) { return; }
  let first = 0u;
  let column0 = start_w(min(column + 0u, shape.outputs - 1u));
  let column1 = start_w(min(column + 1u, shape.outputs - 1u));
  let column2 = start_w(min(column + 2u, shape.outputs - 1u));
  let column3 = start_w(min(column + 3u, shape.outputs - 1u));
  var sum = vec4f();
  for (var q = first; q < (shape.inputs + 3u) / 4u; q += 1u) {
    sum += load_x(0u, q) * mat4x4f(load_w(column0, q), load_w(column1, q), load_w(column2, q), load_w(column3, q));
  }
  if (column + 0u < shape.outputs) {
    let result = shape.scale * sum[0];
    if (shape.accumulate == 1u) { y[column + 0u] += result; } else { y[column + 0u] = result; }
  }
  if (column + 1u < shape.outputs) {
    let result = shape.scale * sum[1];
    if (shape.accumulate == 1u) { y[column + 1u] += result; } else { y[column + 1u] = result; }
  }
  if (column + 2u < shape.outputs) {
    let result = shape.scale * sum[2];
    if (shape.accumulate == 1u) { y[column + 2u] += result; } else { y[column + 2u] = result; }
  }
  if (column + 3u < shape.outputs) {
    let result = shape.scale * sum[3];
    if (shape.accumulate == 1u) { y[column + 3u] += result; } else { y[column + 3u] = result; }
  }
}
