// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), x handed from lane to lane.
//
// An invocation owns ROWS rows by COLUMNS outputs; the lanes of a workgroup lie side by side along the outputs, so all of them need
// the same x. SHARE lanes load a different quad of it each (first one of every row, then the next quads) and broadcast them: drivers
// that fetch lane by lane would otherwise fetch the same quad for each. Any subgroup of SHARE lanes or more will do: lane l holds what
// lane l % SHARE holds, and only those below SHARE are asked. W is unpacked once for all rows. No workgroup memory and no barrier.
// Grid: x = COLUMNS * LANES outputs, y = ROWS rows. Accumulates in f32, in the order of k.
// Values: ROWS, COLUMNS (4 or 8), OUTPUT_QUADS = COLUMNS / 4, WIDE (they are 8); LANES; SHARE, SHARED_ROWS = min(ROWS, SHARE), LOADS =
// ROWS / SHARED_ROWS, QUADS = SHARE / SHARED_ROWS, WHOLE (QUADS is 8); OPERANDS: operands.wgsl; BLOCKS (W is read a block at a time):
// Q8_0, Q4, Q4_1.
enable subgroups;
// What each shader of a linear layer binds, and how it reads that.
//
// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1)
// x f32 [rows, inputs]; W: see `Weight` in backend.ts; y f32 rows of `stride` elements, of which the first `outputs` are written: y
// may begin within the rows of a wider result.
// Values: ALIGNED (inputs % 4 == 0), GUARDED (quads beyond a row's end are read), X and CODES, what these arrays hold; SCALES (W has
// them); F32; BLOCKS (the shader reads the blocks of W itself); FORMAT, functions that unpack W: decode.wgsl for BLOCKS, otherwise
// that of decodeSource.ts.
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

// Blocks of Q8_0, Q4_0 and Q4_1 (Q4: one of these two), for shaders that read a whole block at a time.
//
// Codes become floats four at a time. Masks and powers of two instead of shifts by different amounts: x86 below AVX2 has no
// such vector shift, and software drivers then do it lane by lane. Exact: every code fits a float's 24 bits.
fn bytes(word: u32) -> vec4f {
  // The lower three bytes are made unsigned by an offset of 128; the sign of the top byte is the word's own.
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


@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let column = (group.x * 8u + lane) * 4u;
  let row = group.y * 1u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  // No lane may leave before the end, since others need what it loads: beyond the edge it repeats the last row or output.
  let column0 = start_w(min(column + 0u, shape.outputs - 1u));
  let column1 = start_w(min(column + 1u, shape.outputs - 1u));
  let column2 = start_w(min(column + 2u, shape.outputs - 1u));
  let column3 = start_w(min(column + 3u, shape.outputs - 1u));
  let row0 = start_x(min(row + 0u * 1u + member % 1u, row_count - 1u));
  let ahead = member % 8u / 1u;
  var sum0_0_0 = vec4f();
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
    {
      let first = b * 8u;
      let loaded0 = load_x(row0, first + ahead);
      {
        let q = first + 0u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 0u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 1u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 1u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 2u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 2u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 3u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 3u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 4u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 4u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 5u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 5u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 6u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 6u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
      {
        let q = first + 7u;
        let w0 = bytes(select(low0, high0, (q & 4u) != 0u)[q & 3u]) * d0;
        let w1 = bytes(select(low1, high1, (q & 4u) != 0u)[q & 3u]) * d1;
        let w2 = bytes(select(low2, high2, (q & 4u) != 0u)[q & 3u]) * d2;
        let w3 = bytes(select(low3, high3, (q & 4u) != 0u)[q & 3u]) * d3;
        let weights0 = mat4x4f(w0, w1, w2, w3);
        {
          let shared_x = subgroupBroadcast(loaded0, 7u * 1u + 0u);
          sum0_0_0 += shared_x * weights0;
        }
      }
    }
  }
  // In arrays, so that one piece of code writes all rows: written out, it takes some drivers longer to compile than all the rest.
  var sums0: array<vec4f, 1>;
  sums0[0u * 1u + 0u] = sum0_0_0;
  for (var r = row; r < min(row + 1u, row_count); r++) {
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
