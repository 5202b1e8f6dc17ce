enable subgroups;
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


@compute @workgroup_size(4)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let column = (group.x * 4u + lane) * 4u;
  let row = group.y * 16u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  let column0 = start_w(min(column + 0u, shape.outputs - 1u));
  let column1 = start_w(min(column + 1u, shape.outputs - 1u));
  let column2 = start_w(min(column + 2u, shape.outputs - 1u));
  let column3 = start_w(min(column + 3u, shape.outputs - 1u));
  let row0 = start_x(min(row + 0u * 4u + member % 4u, row_count - 1u));
  let row1 = start_x(min(row + 1u * 4u + member % 4u, row_count - 1u));
  let row2 = start_x(min(row + 2u * 4u + member % 4u, row_count - 1u));
  let row3 = start_x(min(row + 3u * 4u + member % 4u, row_count - 1u));
  let ahead = member % 4u / 4u;
  var sum0_0_0 = vec4f();
  var sum0_1_0 = vec4f();
  var sum0_2_0 = vec4f();
  var sum0_3_0 = vec4f();
  var sum1_0_0 = vec4f();
  var sum1_1_0 = vec4f();
  var sum1_2_0 = vec4f();
  var sum1_3_0 = vec4f();
  var sum2_0_0 = vec4f();
  var sum2_1_0 = vec4f();
  var sum2_2_0 = vec4f();
  var sum2_3_0 = vec4f();
  var sum3_0_0 = vec4f();
  var sum3_1_0 = vec4f();
  var sum3_2_0 = vec4f();
  var sum3_3_0 = vec4f();
  let quads = (shape.inputs + 3u) / 4u;
  for (var b = 0u; b < (quads + 7u) / 8u; b++) {
    let n0 = column0 + b;
    let d0 = half(n0);
    let low0 = codes[n0 * 2u];
    let high0 = codes[n0 * 2u + 1u];
    let n1 = column1 + b;
    let d1 = half(n1);
    let low1 = codes[n1 * 2u];
    let high1 = codes[n1 * 2u + 1u];
    let n2 = column2 + b;
    let d2 = half(n2);
    let low2 = codes[n2 * 2u];
    let high2 = codes[n2 * 2u + 1u];
    let n3 = column3 + b;
    let d3 = half(n3);
    let low3 = codes[n3 * 2u];
    let high3 = codes[n3 * 2u + 1u];
    for (var first = b * 8u; first < min(b * 8u + 8u, quads); first += 1u) {
      let loaded0 = load_x(row0, first + ahead);
      let loaded1 = load_x(row1, first + ahead);
      let loaded2 = load_x(row2, first + ahead);
      let loaded3 = load_x(row3, first + ahead);
      {
        let q = first + 0u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 4u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 4u + 1u);
          sum0_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 4u + 2u);
          sum0_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 4u + 3u);
          sum0_3_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 4u + 0u);
          sum1_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 4u + 1u);
          sum1_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 4u + 2u);
          sum1_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded1, 0u * 4u + 3u);
          sum1_3_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded2, 0u * 4u + 0u);
          sum2_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded2, 0u * 4u + 1u);
          sum2_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded2, 0u * 4u + 2u);
          sum2_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded2, 0u * 4u + 3u);
          sum2_3_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded3, 0u * 4u + 0u);
          sum3_0_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded3, 0u * 4u + 1u);
          sum3_1_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded3, 0u * 4u + 2u);
          sum3_2_0 += shared_x * weights0;
        }
        {
          let shared_x = subgroupBroadcast(loaded3, 0u * 4u + 3u);
          sum3_3_0 += shared_x * weights0;
        }
      }
    }
  }
  var sums0: array<vec4f, 16>;
  sums0[0u * 4u + 0u] = sum0_0_0;
  sums0[0u * 4u + 1u] = sum0_1_0;
  sums0[0u * 4u + 2u] = sum0_2_0;
  sums0[0u * 4u + 3u] = sum0_3_0;
  sums0[1u * 4u + 0u] = sum1_0_0;
  sums0[1u * 4u + 1u] = sum1_1_0;
  sums0[1u * 4u + 2u] = sum1_2_0;
  sums0[1u * 4u + 3u] = sum1_3_0;
  sums0[2u * 4u + 0u] = sum2_0_0;
  sums0[2u * 4u + 1u] = sum2_1_0;
  sums0[2u * 4u + 2u] = sum2_2_0;
  sums0[2u * 4u + 3u] = sum2_3_0;
  sums0[3u * 4u + 0u] = sum3_0_0;
  sums0[3u * 4u + 1u] = sum3_1_0;
  sums0[3u * 4u + 2u] = sum3_2_0;
  sums0[3u * 4u + 3u] = sum3_3_0;
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
