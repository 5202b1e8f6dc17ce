@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<vec4u>;
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

fn bytes(word: u32) -> vec4f {
  let parts = vec4i(vec4u(word ^ 0x808080u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
  return vec4f(parts) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - vec4f(128.0, 128.0, 128.0, 0.0);
}
/** The scale of a block. */
fn half(n: u32) -> f32 {
  let pair = unpack2x16float(scales[n / 2u]);
  return select(pair.x, pair.y, (n & 1u) == 1u);
}
fn row_blocks(columns: u32) -> u32 {
  return (columns + 31u) / 32u;
}


/** Where a row begins: for `load_w`, or its first block. */
fn start_w(row: u32) -> u32 {
  return row * row_blocks(shape.inputs);
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
  for (var b = first; b < row_blocks(shape.inputs); b += 1u) {
    var inner = vec4f();
    let n0 = column0 + b;
    let n1 = column1 + b;
    let n2 = column2 + b;
    let n3 = column3 + b;
    let word0_0 = codes[n0 * 2u + 0u];
    let word0_1 = codes[n1 * 2u + 0u];
    let word0_2 = codes[n2 * 2u + 0u];
    let word0_3 = codes[n3 * 2u + 0u];
    inner += load_x(0u, b * 8u + 0u * 4u + 0u) * mat4x4f(
      bytes(word0_0[0]), bytes(word0_1[0]), bytes(word0_2[0]), bytes(word0_3[0]));
    inner += load_x(0u, b * 8u + 0u * 4u + 1u) * mat4x4f(
      bytes(word0_0[1]), bytes(word0_1[1]), bytes(word0_2[1]), bytes(word0_3[1]));
    inner += load_x(0u, b * 8u + 0u * 4u + 2u) * mat4x4f(
      bytes(word0_0[2]), bytes(word0_1[2]), bytes(word0_2[2]), bytes(word0_3[2]));
    inner += load_x(0u, b * 8u + 0u * 4u + 3u) * mat4x4f(
      bytes(word0_0[3]), bytes(word0_1[3]), bytes(word0_2[3]), bytes(word0_3[3]));
    let word1_0 = codes[n0 * 2u + 1u];
    let word1_1 = codes[n1 * 2u + 1u];
    let word1_2 = codes[n2 * 2u + 1u];
    let word1_3 = codes[n3 * 2u + 1u];
    inner += load_x(0u, b * 8u + 1u * 4u + 0u) * mat4x4f(
      bytes(word1_0[0]), bytes(word1_1[0]), bytes(word1_2[0]), bytes(word1_3[0]));
    inner += load_x(0u, b * 8u + 1u * 4u + 1u) * mat4x4f(
      bytes(word1_0[1]), bytes(word1_1[1]), bytes(word1_2[1]), bytes(word1_3[1]));
    inner += load_x(0u, b * 8u + 1u * 4u + 2u) * mat4x4f(
      bytes(word1_0[2]), bytes(word1_1[2]), bytes(word1_2[2]), bytes(word1_3[2]));
    inner += load_x(0u, b * 8u + 1u * 4u + 3u) * mat4x4f(
      bytes(word1_0[3]), bytes(word1_1[3]), bytes(word1_2[3]), bytes(word1_3[3]));
    sum += inner * vec4f(half(n0), half(n1), half(n2), half(n3));
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
