requires packed_4x8_integer_dot_product;
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> factors: array<vec2f>;
@group(0) @binding(2) var<storage, read> codes: array<vec4u>;
@group(0) @binding(3) var<storage, read> scales: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
struct Shape {
  inputs: u32,
  outputs: u32,
  stride: u32,
  accumulate: u32,
  scale: f32,
}
@group(0) @binding(5) var<uniform> shape: Shape;

/** The sum of the products of four signed bytes. */
fn products(a: u32, b: u32) -> i32 {
  return dot4I8Packed(a, b);
}

/** Scale and offset of a block of W. */
fn scale_of(n: u32) -> vec2f {
  let pair = unpack2x16float(scales[n / 2u]);
  let d = select(pair.x, pair.y, (n & 1u) == 1u);
  return vec2f(d, 0.0);
}

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let column = group.x * 4u;
  let first = lane;
  let step = 64u;
  let row = group.y * 1u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  let column0 = min(column + 0u, shape.outputs - 1u);
  let column1 = min(column + 1u, shape.outputs - 1u);
  let column2 = min(column + 2u, shape.outputs - 1u);
  let column3 = min(column + 3u, shape.outputs - 1u);
  let row0 = min(row + 0u, row_count - 1u);
  var sum0 = vec4f();
  let blocks = (shape.inputs + 31u) / 32u;
  for (var b = first; b < blocks; b += step) {
    let n0 = column0 * blocks + b;
    let scale0 = scale_of(n0);
    let low0 = codes[n0 * 2u];
    let high0 = codes[n0 * 2u + 1u];
    let n1 = column1 * blocks + b;
    let scale1 = scale_of(n1);
    let low1 = codes[n1 * 2u];
    let high1 = codes[n1 * 2u + 1u];
    let n2 = column2 * blocks + b;
    let scale2 = scale_of(n2);
    let low2 = codes[n2 * 2u];
    let high2 = codes[n2 * 2u + 1u];
    let n3 = column3 * blocks + b;
    let scale3 = scale_of(n3);
    let low3 = codes[n3 * 2u];
    let high3 = codes[n3 * 2u + 1u];
    let d = vec4f(scale0.x, scale1.x, scale2.x, scale3.x);
    let m = vec4f(scale0.y, scale1.y, scale2.y, scale3.y);
    {
      let at = row0 * blocks + b;
      let factor = factors[at];
      var inner = vec4i();
      {
        let four = x[at * 8u + 0u];
        inner += vec4i(
          products(four, select(low0, high0, 0u >= 4u)[0u % 4u]), products(four, select(low1, high1, 0u >= 4u)[0u % 4u]),
          products(four, select(low2, high2, 0u >= 4u)[0u % 4u]), products(four, select(low3, high3, 0u >= 4u)[0u % 4u]));
      }
      {
        let four = x[at * 8u + 1u];
        inner += vec4i(
          products(four, select(low0, high0, 1u >= 4u)[1u % 4u]), products(four, select(low1, high1, 1u >= 4u)[1u % 4u]),
          products(four, select(low2, high2, 1u >= 4u)[1u % 4u]), products(four, select(low3, high3, 1u >= 4u)[1u % 4u]));
      }
      {
        let four = x[at * 8u + 2u];
        inner += vec4i(
          products(four, select(low0, high0, 2u >= 4u)[2u % 4u]), products(four, select(low1, high1, 2u >= 4u)[2u % 4u]),
          products(four, select(low2, high2, 2u >= 4u)[2u % 4u]), products(four, select(low3, high3, 2u >= 4u)[2u % 4u]));
      }
      {
        let four = x[at * 8u + 3u];
        inner += vec4i(
          products(four, select(low0, high0, 3u >= 4u)[3u % 4u]), products(four, select(low1, high1, 3u >= 4u)[3u % 4u]),
          products(four, select(low2, high2, 3u >= 4u)[3u % 4u]), products(four, select(low3, high3, 3u >= 4u)[3u % 4u]));
      }
      {
        let four = x[at * 8u + 4u];
        inner += vec4i(
          products(four, select(low0, high0, 4u >= 4u)[4u % 4u]), products(four, select(low1, high1, 4u >= 4u)[4u % 4u]),
          products(four, select(low2, high2, 4u >= 4u)[4u % 4u]), products(four, select(low3, high3, 4u >= 4u)[4u % 4u]));
      }
      {
        let four = x[at * 8u + 5u];
        inner += vec4i(
          products(four, select(low0, high0, 5u >= 4u)[5u % 4u]), products(four, select(low1, high1, 5u >= 4u)[5u % 4u]),
          products(four, select(low2, high2, 5u >= 4u)[5u % 4u]), products(four, select(low3, high3, 5u >= 4u)[5u % 4u]));
      }
      {
        let four = x[at * 8u + 6u];
        inner += vec4i(
          products(four, select(low0, high0, 6u >= 4u)[6u % 4u]), products(four, select(low1, high1, 6u >= 4u)[6u % 4u]),
          products(four, select(low2, high2, 6u >= 4u)[6u % 4u]), products(four, select(low3, high3, 6u >= 4u)[6u % 4u]));
      }
      {
        let four = x[at * 8u + 7u];
        inner += vec4i(
          products(four, select(low0, high0, 7u >= 4u)[7u % 4u]), products(four, select(low1, high1, 7u >= 4u)[7u % 4u]),
          products(four, select(low2, high2, 7u >= 4u)[7u % 4u]), products(four, select(low3, high3, 7u >= 4u)[7u % 4u]));
      }
      sum0 += factor.x * (d * vec4f(inner)) + factor.y * m;
    }
  }
  partial[lane] = sum0;
  workgroupBarrier();
  for (var width = 64u / 2u; width > 0u; width /= 2u) {
    if (lane < width) { partial[lane] += partial[lane + width]; }
    workgroupBarrier();
  }
  if (lane > 0u) { return; }
  sum0 = partial[0];
  var sums: array<vec4f, 1>;
  sums[0] = sum0;
  for (var r = row; r < min(row + 1u, row_count); r++) {
    let at = r * shape.stride + column;
    let total = shape.scale * sums[r - row];
    if (column + 0u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 0u] += total[0]; } else { y[at + 0u] = total[0]; }
    }
    if (column + 1u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 1u] += total[1]; } else { y[at + 1u] = total[1]; }
    }
    if (column + 2u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 2u] += total[2]; } else { y[at + 2u] = total[2]; }
    }
    if (column + 3u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 3u] += total[3]; } else { y[at + 3u] = total[3]; }
    }
  }
}
