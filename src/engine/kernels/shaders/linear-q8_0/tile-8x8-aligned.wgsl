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

// Elements 4 quad .. 4 quad + 3 of a block of 32. Q8_0: d q. 8 words of four signed bytes; f16 d in `scales`, two blocks a word.
fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  // The lower three bytes are made unsigned by an offset of 128; the sign of the top byte is the word's own.
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

override size_x: u32;
override size_y: u32;

@compute @workgroup_size(size_x, size_y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 8u;
  let row = id.y * 8u;
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
  }
  // In an array, so that one piece of code writes all rows: written out, it takes drivers longer to compile than all the rest.
  var sums0: array<vec4f, 8>;
  sums0[0] = sum0_0;
  sums0[1] = sum1_0;
  sums0[2] = sum2_0;
  sums0[3] = sum3_0;
  sums0[4] = sum4_0;
  sums0[5] = sum5_0;
  sums0[6] = sum6_0;
  sums0[7] = sum7_0;
  var sums1: array<vec4f, 8>;
  sums1[0] = sum0_1;
  sums1[1] = sum1_1;
  sums1[2] = sum2_1;
  sums1[3] = sum3_1;
  sums1[4] = sum4_1;
  sums1[5] = sum5_1;
  sums1[6] = sum6_1;
  sums1[7] = sum7_1;
  for (var r = row; r < min(row + 8u, row_count); r++) {
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
