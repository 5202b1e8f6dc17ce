// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), tiles in registers.
//
// An invocation owns a tile of ROWS rows by COLUMNS = 4 * QUADS outputs in registers and walks along k, four elements at a time: x's
// four times a 4 x 4 piece of W is one vector-matrix product, and what is read of W is unpacked once for all rows. No workgroup memory
// and no barrier: software drivers spend most of their time in barriers, and caches serve the reuse between neighbours.
// Grid: x = tiles of outputs, y = tiles of rows. Accumulates in f32, in the order of k.
// Values: ROWS, QUADS, COLUMNS; OPERANDS: operands.wgsl.
// What each shader of a linear layer binds, and how it reads that.
//
// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1)
// x f32 [rows, inputs]; W: see `Weight` in backend.ts; y f32 rows of `stride` elements, of which the first `outputs` are written: y
// may begin within the rows of a wider result.
// Values: ALIGNED (inputs % 4 == 0), GUARDED (quads beyond a row's end are read), X and CODES, what these arrays hold; SCALES (W has
// them); F32; BLOCKS (the shader reads the blocks of W itself); FORMAT, functions that unpack W: decode.wgsl for BLOCKS, otherwise
// that of decodeSource.ts.
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

// Elements 4 quad .. 4 quad + 3 of the 32 numbered `block`, eight of which are a block of 256. Q6_K: d s (q - 32). 52 words: nibbles, 128
// elements to 16 words, the first 64 low; the upper 2 bits of q, 128 elements to 8 words (16); a signed byte s for every 16 elements
// (4 words). f16 d in `scales`, two blocks a word.
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

override size_x: u32;
override size_y: u32;

@compute @workgroup_size(size_x, size_y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 8u;
  let row = id.y * 16u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  if (column >= shape.outputs || row >= row_count) { return; }
  // A tile may hang over the edge: it then computes a last row or column again and stores nothing for it.
  let row0 = start_x(min(row + 0u, row_count - 1u));
  let row1 = start_x(min(row + 1u, row_count - 1u));
  let row2 = start_x(min(row + 2u, row_count - 1u));
  let row3 = start_x(min(row + 3u, row_count - 1u));
  let row4 = start_x(min(row + 4u, row_count - 1u));
  let row5 = start_x(min(row + 5u, row_count - 1u));
  let row6 = start_x(min(row + 6u, row_count - 1u));
  let row7 = start_x(min(row + 7u, row_count - 1u));
  let row8 = start_x(min(row + 8u, row_count - 1u));
  let row9 = start_x(min(row + 9u, row_count - 1u));
  let row10 = start_x(min(row + 10u, row_count - 1u));
  let row11 = start_x(min(row + 11u, row_count - 1u));
  let row12 = start_x(min(row + 12u, row_count - 1u));
  let row13 = start_x(min(row + 13u, row_count - 1u));
  let row14 = start_x(min(row + 14u, row_count - 1u));
  let row15 = start_x(min(row + 15u, row_count - 1u));
  let column0_0 = start_w(min(column + 4u * 0u + 0u, shape.outputs - 1u));
  let column0_1 = start_w(min(column + 4u * 0u + 1u, shape.outputs - 1u));
  let column0_2 = start_w(min(column + 4u * 0u + 2u, shape.outputs - 1u));
  let column0_3 = start_w(min(column + 4u * 0u + 3u, shape.outputs - 1u));
  let column1_0 = start_w(min(column + 4u * 1u + 0u, shape.outputs - 1u));
  let column1_1 = start_w(min(column + 4u * 1u + 1u, shape.outputs - 1u));
  let column1_2 = start_w(min(column + 4u * 1u + 2u, shape.outputs - 1u));
  let column1_3 = start_w(min(column + 4u * 1u + 3u, shape.outputs - 1u));
  var sum0_0 = vec4f();
  var sum0_1 = vec4f();
  var sum1_0 = vec4f();
  var sum1_1 = vec4f();
  var sum2_0 = vec4f();
  var sum2_1 = vec4f();
  var sum3_0 = vec4f();
  var sum3_1 = vec4f();
  var sum4_0 = vec4f();
  var sum4_1 = vec4f();
  var sum5_0 = vec4f();
  var sum5_1 = vec4f();
  var sum6_0 = vec4f();
  var sum6_1 = vec4f();
  var sum7_0 = vec4f();
  var sum7_1 = vec4f();
  var sum8_0 = vec4f();
  var sum8_1 = vec4f();
  var sum9_0 = vec4f();
  var sum9_1 = vec4f();
  var sum10_0 = vec4f();
  var sum10_1 = vec4f();
  var sum11_0 = vec4f();
  var sum11_1 = vec4f();
  var sum12_0 = vec4f();
  var sum12_1 = vec4f();
  var sum13_0 = vec4f();
  var sum13_1 = vec4f();
  var sum14_0 = vec4f();
  var sum14_1 = vec4f();
  var sum15_0 = vec4f();
  var sum15_1 = vec4f();
  for (var q = 0u; q < (shape.inputs + 3u) / 4u; q++) {
    let w0 = mat4x4f(load_w(column0_0, q), load_w(column0_1, q), load_w(column0_2, q), load_w(column0_3, q));
    let w1 = mat4x4f(load_w(column1_0, q), load_w(column1_1, q), load_w(column1_2, q), load_w(column1_3, q));
    let x0 = load_x(row0, q);
    sum0_0 += x0 * w0;
    sum0_1 += x0 * w1;
    let x1 = load_x(row1, q);
    sum1_0 += x1 * w0;
    sum1_1 += x1 * w1;
    let x2 = load_x(row2, q);
    sum2_0 += x2 * w0;
    sum2_1 += x2 * w1;
    let x3 = load_x(row3, q);
    sum3_0 += x3 * w0;
    sum3_1 += x3 * w1;
    let x4 = load_x(row4, q);
    sum4_0 += x4 * w0;
    sum4_1 += x4 * w1;
    let x5 = load_x(row5, q);
    sum5_0 += x5 * w0;
    sum5_1 += x5 * w1;
    let x6 = load_x(row6, q);
    sum6_0 += x6 * w0;
    sum6_1 += x6 * w1;
    let x7 = load_x(row7, q);
    sum7_0 += x7 * w0;
    sum7_1 += x7 * w1;
    let x8 = load_x(row8, q);
    sum8_0 += x8 * w0;
    sum8_1 += x8 * w1;
    let x9 = load_x(row9, q);
    sum9_0 += x9 * w0;
    sum9_1 += x9 * w1;
    let x10 = load_x(row10, q);
    sum10_0 += x10 * w0;
    sum10_1 += x10 * w1;
    let x11 = load_x(row11, q);
    sum11_0 += x11 * w0;
    sum11_1 += x11 * w1;
    let x12 = load_x(row12, q);
    sum12_0 += x12 * w0;
    sum12_1 += x12 * w1;
    let x13 = load_x(row13, q);
    sum13_0 += x13 * w0;
    sum13_1 += x13 * w1;
    let x14 = load_x(row14, q);
    sum14_0 += x14 * w0;
    sum14_1 += x14 * w1;
    let x15 = load_x(row15, q);
    sum15_0 += x15 * w0;
    sum15_1 += x15 * w1;
  }
  // In an array, so that one piece of code writes all rows: written out, it takes drivers longer to compile than all the rest.
  var sums0: array<vec4f, 16>;
  sums0[0] = sum0_0;
  sums0[1] = sum1_0;
  sums0[2] = sum2_0;
  sums0[3] = sum3_0;
  sums0[4] = sum4_0;
  sums0[5] = sum5_0;
  sums0[6] = sum6_0;
  sums0[7] = sum7_0;
  sums0[8] = sum8_0;
  sums0[9] = sum9_0;
  sums0[10] = sum10_0;
  sums0[11] = sum11_0;
  sums0[12] = sum12_0;
  sums0[13] = sum13_0;
  sums0[14] = sum14_0;
  sums0[15] = sum15_0;
  var sums1: array<vec4f, 16>;
  sums1[0] = sum0_1;
  sums1[1] = sum1_1;
  sums1[2] = sum2_1;
  sums1[3] = sum3_1;
  sums1[4] = sum4_1;
  sums1[5] = sum5_1;
  sums1[6] = sum6_1;
  sums1[7] = sum7_1;
  sums1[8] = sum8_1;
  sums1[9] = sum9_1;
  sums1[10] = sum10_1;
  sums1[11] = sum11_1;
  sums1[12] = sum12_1;
  sums1[13] = sum13_1;
  sums1[14] = sum14_1;
  sums1[15] = sum15_1;
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
    let total1 = shape.scale * sums1[r - row];
    if (column + 4u * 1u + 0u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 1u + 0u] += total1[0]; } else { y[at + 4u * 1u + 0u] = total1[0]; }
    }
    if (column + 4u * 1u + 1u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 1u + 1u] += total1[1]; } else { y[at + 4u * 1u + 1u] = total1[1]; }
    }
    if (column + 4u * 1u + 2u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 1u + 2u] += total1[2]; } else { y[at + 4u * 1u + 2u] = total1[2]; }
    }
    if (column + 4u * 1u + 3u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * 1u + 3u] += total1[3]; } else { y[at + 4u * 1u + 3u] = total1[3]; }
    }
  }
}
