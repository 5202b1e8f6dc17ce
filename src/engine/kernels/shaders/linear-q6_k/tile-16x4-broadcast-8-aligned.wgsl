enable subgroups;
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


@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let column = (group.x * 8u + lane) * 4u;
  let row = group.y * 16u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  let column0 = start_w(min(column + 0u, shape.outputs - 1u));
  let column1 = start_w(min(column + 1u, shape.outputs - 1u));
  let column2 = start_w(min(column + 2u, shape.outputs - 1u));
  let column3 = start_w(min(column + 3u, shape.outputs - 1u));
  let row0 = start_x(min(row + 0u * 8u + member % 8u, row_count - 1u));
  let row1 = start_x(min(row + 1u * 8u + member % 8u, row_count - 1u));
  let ahead = member % 8u / 8u;
  var sum0_0_0 = vec4f();
  var sum0_1_0 = vec4f();
  var sum0_2_0 = vec4f();
  var sum0_3_0 = vec4f();
  var sum0_4_0 = vec4f();
  var sum0_5_0 = vec4f();
  var sum0_6_0 = vec4f();
  var sum0_7_0 = vec4f();
  var sum1_0_0 = vec4f();
  var sum1_1_0 = vec4f();
  var sum1_2_0 = vec4f();
  var sum1_3_0 = vec4f();
  var sum1_4_0 = vec4f();
  var sum1_5_0 = vec4f();
  var sum1_6_0 = vec4f();
  var sum1_7_0 = vec4f();
  let quads = (shape.inputs + 3u) / 4u;
  for (var b = 0u; b < (quads + 7u) / 8u; b++) {
    for (var first = b * 8u; first < min(b * 8u + 8u, quads); first += 1u) {
      let loaded0 = load_x(row0, first + ahead);
      let loaded1 = load_x(row1, first + ahead);
      {
        let q = first + 0u;
        let w0 = unpack(column0 + b, q & 7u);
        let w1 = unpack(column1 + b, q & 7u);
        let w2 = unpack(column2 + b, q & 7u);
        let w3 = unpack(column3 + b, q & 7u);
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 1u);
          sum0_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 2u);
          sum0_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 3u);
          sum0_3_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 4u);
          sum0_4_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 5u);
          sum0_5_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 6u);
          sum0_6_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 8u + 7u);
          sum0_7_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 0u);
          sum1_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 1u);
          sum1_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 2u);
          sum1_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 3u);
          sum1_3_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 4u);
          sum1_4_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 5u);
          sum1_5_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 6u);
          sum1_6_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 8u + 7u);
          sum1_7_0 += shared_x * weights0;
        }
      }
    }
  }
  var sums0: array<vec4f, 16>;
  sums0[0u * 8u + 0u] = sum0_0_0;
  sums0[0u * 8u + 1u] = sum0_1_0;
  sums0[0u * 8u + 2u] = sum0_2_0;
  sums0[0u * 8u + 3u] = sum0_3_0;
  sums0[0u * 8u + 4u] = sum0_4_0;
  sums0[0u * 8u + 5u] = sum0_5_0;
  sums0[0u * 8u + 6u] = sum0_6_0;
  sums0[0u * 8u + 7u] = sum0_7_0;
  sums0[1u * 8u + 0u] = sum1_0_0;
  sums0[1u * 8u + 1u] = sum1_1_0;
  sums0[1u * 8u + 2u] = sum1_2_0;
  sums0[1u * 8u + 3u] = sum1_3_0;
  sums0[1u * 8u + 4u] = sum1_4_0;
  sums0[1u * 8u + 5u] = sum1_5_0;
  sums0[1u * 8u + 6u] = sum1_6_0;
  sums0[1u * 8u + 7u] = sum1_7_0;
  for (var r = row; r < min(row + 16u, row_count); r++) {
    let at = r * shape.stride + column;
    let total0 = shape.scale * sums0[r - row];
    if (column + 4u * 0u + 0u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 0u + 0u] += total0[0]; } else { y[at + 4u * 0u + 0u] = total0[0]; }
    }
    if (column + 4u * 0u + 1u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 0u + 1u] += total0[1]; } else { y[at + 4u * 0u + 1u] = total0[1]; }
    }
    if (column + 4u * 0u + 2u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 0u + 2u] += total0[2]; } else { y[at + 4u * 0u + 2u] = total0[2]; }
    }
    if (column + 4u * 0u + 3u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 0u + 3u] += total0[3]; } else { y[at + 4u * 0u + 3u] = total0[3]; }
    }
  }
}
