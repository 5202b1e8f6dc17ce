@group(0) @binding(0) var<storage, read> x: array<f32>;
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
  return row * shape.inputs;
}

/** Elements 4 q .. 4 q + 3 of a row of x, zero beyond the row's end. */
fn load_x(start: u32, q: u32) -> vec4f {
  let at = start + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
}

fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  let bits = vec4i(vec4u(codes[block * 8u + quad] ^ 0x808080u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
  let q = vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - vec4f(128.0, 128.0, 128.0, 0.0);
  return select(d.x, d.y, (block & 1u) == 1u) * q;
}

fn row_blocks(columns: u32) -> u32 {
  return (columns + 31u) / 32u * 1u;
}


/** Where a row begins: for `load_w`, or its first block. */
fn start_w(row: u32) -> u32 {
  return row * row_blocks(shape.inputs);
}

/** Elements 4 q .. 4 q + 3 of a row of W. */
fn load_w(start: u32, q: u32) -> vec4f {
  return unpack(start + q / 8u, q % 8u);
}


var<workgroup> tile_x: array<vec4<f32>, 256>;
var<workgroup> tile_w: array<vec4<f32>, 512>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 64u;
  let row = group.y * 32u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  let left = lane % 16u;
  let top = lane / 16u * 4u;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var b = 0u; b < (shape.inputs + 31u) / 32u; b++) {
    for (var n = lane; n < 256u; n += 128u) {
      tile_x[n % 8u * 32u + n / 8u] = vec4<f32>(load_x(start_x(min(row + n / 8u, row_count - 1u)), b * 8u + n % 8u));
    }
    for (var n = lane; n < 512u; n += 128u) {
      tile_w[n % 8u * 64u + n / 8u] = vec4<f32>(load_w(start_w(min(column + n / 8u, shape.outputs - 1u)), b * 8u + n % 8u));
    }
    workgroupBarrier();
    for (var q = 0u; q < 8u; q++) {
      let weights = mat4x4<f32>(
        tile_w[q * 64u + left], tile_w[q * 64u + left + 16u], tile_w[q * 64u + left + 32u], tile_w[q * 64u + left + 48u]);
      sum0 += vec4f(tile_x[q * 32u + top + 0u] * weights);
      sum1 += vec4f(tile_x[q * 32u + top + 1u] * weights);
      sum2 += vec4f(tile_x[q * 32u + top + 2u] * weights);
      sum3 += vec4f(tile_x[q * 32u + top + 3u] * weights);
    }
    workgroupBarrier();
  }
  if (row + top + 0u < row_count && column + left + 0u * 16u < shape.outputs) {
    let at = (row + top + 0u) * shape.stride + column + left + 0u * 16u;
    let total = shape.scale * sum0[0];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 0u < row_count && column + left + 1u * 16u < shape.outputs) {
    let at = (row + top + 0u) * shape.stride + column + left + 1u * 16u;
    let total = shape.scale * sum0[1];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 0u < row_count && column + left + 2u * 16u < shape.outputs) {
    let at = (row + top + 0u) * shape.stride + column + left + 2u * 16u;
    let total = shape.scale * sum0[2];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 0u < row_count && column + left + 3u * 16u < shape.outputs) {
    let at = (row + top + 0u) * shape.stride + column + left + 3u * 16u;
    let total = shape.scale * sum0[3];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 1u < row_count && column + left + 0u * 16u < shape.outputs) {
    let at = (row + top + 1u) * shape.stride + column + left + 0u * 16u;
    let total = shape.scale * sum1[0];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 1u < row_count && column + left + 1u * 16u < shape.outputs) {
    let at = (row + top + 1u) * shape.stride + column + left + 1u * 16u;
    let total = shape.scale * sum1[1];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 1u < row_count && column + left + 2u * 16u < shape.outputs) {
    let at = (row + top + 1u) * shape.stride + column + left + 2u * 16u;
    let total = shape.scale * sum1[2];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 1u < row_count && column + left + 3u * 16u < shape.outputs) {
    let at = (row + top + 1u) * shape.stride + column + left + 3u * 16u;
    let total = shape.scale * sum1[3];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 2u < row_count && column + left + 0u * 16u < shape.outputs) {
    let at = (row + top + 2u) * shape.stride + column + left + 0u * 16u;
    let total = shape.scale * sum2[0];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 2u < row_count && column + left + 1u * 16u < shape.outputs) {
    let at = (row + top + 2u) * shape.stride + column + left + 1u * 16u;
    let total = shape.scale * sum2[1];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 2u < row_count && column + left + 2u * 16u < shape.outputs) {
    let at = (row + top + 2u) * shape.stride + column + left + 2u * 16u;
    let total = shape.scale * sum2[2];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 2u < row_count && column + left + 3u * 16u < shape.outputs) {
    let at = (row + top + 2u) * shape.stride + column + left + 3u * 16u;
    let total = shape.scale * sum2[3];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 3u < row_count && column + left + 0u * 16u < shape.outputs) {
    let at = (row + top + 3u) * shape.stride + column + left + 0u * 16u;
    let total = shape.scale * sum3[0];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 3u < row_count && column + left + 1u * 16u < shape.outputs) {
    let at = (row + top + 3u) * shape.stride + column + left + 1u * 16u;
    let total = shape.scale * sum3[1];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 3u < row_count && column + left + 2u * 16u < shape.outputs) {
    let at = (row + top + 3u) * shape.stride + column + left + 2u * 16u;
    let total = shape.scale * sum3[2];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  if (row + top + 3u < row_count && column + left + 3u * 16u < shape.outputs) {
    let at = (row + top + 3u) * shape.stride + column + left + 3u * 16u;
    let total = shape.scale * sum3[3];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
}
