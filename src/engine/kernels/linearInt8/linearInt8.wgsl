// y[r, o] = scale * sum over blocks b of dx (dw sum_i w_i q_i) + m dx sum_i q_i   (+ y[r, o] when accumulate is 1)
//
// x: the codes and factors of `quantizeActivations`, bytes q with scale dx per 32 elements. W: `Weight` in q8_0, q4_0 or q4_1, with
// codes w, scale dw and offset m (q8_0: none; q4_0: -8 dw; q4_1: its minimum). Products and sums within a block are exact integers;
// blocks are added in f32. An invocation owns ROWS rows by four outputs.
// SHARED 1: a workgroup owns them (ROWS 1); each lane takes every 64th block, and the lanes reduce in a tree. SHARE 8: the lanes of a
// subgroup load one word each of x's block and broadcast it, as in linearBroadcast.wgsl.
// Dispatch: x = groups of four outputs, LANES per workgroup (SHARED 0) or one (SHARED 1), y = ROWS rows.
// Values: ROWS, LANES, SHARED, SHARE (0 or 8), PACKED (the language has dot4I8Packed); Q8_0, Q4_1.
//#if SHARE
enable subgroups;
//#end
//#if PACKED
requires packed_4x8_integer_dot_product;
//#end
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
//#if PACKED
  return dot4I8Packed(a, b);
//#else
  let high = vec4u(24u, 16u, 8u, 0u);
  return dot(vec4i(vec4u(a) << high) >> vec4u(24u), vec4i(vec4u(b) << high) >> vec4u(24u));
//#end
}

/** Scale and offset of a block of W. */
fn scale_of(n: u32) -> vec2f {
//#if Q4_1
  return unpack2x16float(scales[n]);
//#else
  let pair = unpack2x16float(scales[n / 2u]);
  let d = select(pair.x, pair.y, (n & 1u) == 1u);
  //#if Q8_0
  return vec2f(d, 0.0);
  //#else
  return vec2f(d, -8.0 * d);
  //#end
//#end
}

//#if SHARED
var<workgroup> partial: array<vec4f, ${LANES}>;
//#end

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  //#if SHARE
  @builtin(subgroup_invocation_id) member: u32,
  //#end
) {
  //#if SHARED
  let column = group.x * 4u;
  let first = lane;
  let step = ${LANES}u;
  //#else
  let column = (group.x * ${LANES}u + lane) * 4u;
  let first = 0u;
  let step = 1u;
  //#end
  let row = group.y * ${ROWS}u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  // Beyond the edge the last row or output is repeated and not stored.
  //#for c in FOUR
  let column$c = min(column + ${c}u, shape.outputs - 1u);
  //#end
  //#for r in ROWS
  let row$r = min(row + ${r}u, row_count - 1u);
  var sum$r = vec4f();
  //#end
  let blocks = (shape.inputs + 31u) / 32u;
  for (var b = first; b < blocks; b += step) {
    //#for c in FOUR
    let n$c = column$c * blocks + b;
    let scale$c = scale_of(n$c);
    //#if Q8_0
    let low$c = codes[n$c * 2u];
    let high$c = codes[n$c * 2u + 1u];
    //#else
    let low$c = codes[n$c] & vec4u(0x0f0f0f0fu);
    let high$c = (codes[n$c] >> vec4u(4u)) & vec4u(0x0f0f0f0fu);
    //#end
    //#end
    let d = vec4f(scale0.x, scale1.x, scale2.x, scale3.x);
    let m = vec4f(scale0.y, scale1.y, scale2.y, scale3.y);
    //#if SHARE
    let shared_factor = factors[min(row + member % ${ROWS}u, row_count - 1u) * blocks + b];
    //#end
    //#for r in ROWS
    {
      let at = row$r * blocks + b;
      //#if SHARE
      let word = x[at * 8u + member % 8u];
      let factor = subgroupBroadcast(shared_factor, ${r}u);
      //#else
      let factor = factors[at];
      //#end
      var inner = vec4i();
      //#for j in EIGHT
      {
        //#if SHARE
        let four = subgroupBroadcast(word, ${j}u);
        //#else
        let four = x[at * 8u + ${j}u];
        //#end
        inner += vec4i(
          products(four, select(low0, high0, ${j}u >= 4u)[${j}u % 4u]), products(four, select(low1, high1, ${j}u >= 4u)[${j}u % 4u]),
          products(four, select(low2, high2, ${j}u >= 4u)[${j}u % 4u]), products(four, select(low3, high3, ${j}u >= 4u)[${j}u % 4u]));
      }
      //#end
      sum$r += factor.x * (d * vec4f(inner)) + factor.y * m;
    }
    //#end
  }
  //#if SHARED
  partial[lane] = sum0;
  workgroupBarrier();
  for (var width = ${LANES}u / 2u; width > 0u; width /= 2u) {
    if (lane < width) { partial[lane] += partial[lane + width]; }
    workgroupBarrier();
  }
  if (lane > 0u) { return; }
  sum0 = partial[0];
  //#end
  // An array lets one piece of code write all rows.
  var sums: array<vec4f, ${ROWS}>;
  //#for r in ROWS
  sums[${r}] = sum$r;
  //#end
  for (var r = row; r < min(row + ${ROWS}u, row_count); r++) {
    let at = r * shape.stride + column;
    let total = shape.scale * sums[r - row];
    //#for c in FOUR
    if (column + ${c}u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + ${c}u] += total[$c]; } else { y[at + ${c}u] = total[$c]; }
    }
    //#end
  }
}
