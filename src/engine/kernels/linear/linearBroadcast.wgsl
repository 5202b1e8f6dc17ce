// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), x handed from lane to lane.
//
// Buffers and shapes as in linear.wgsl. An invocation owns ROWS rows by COLUMNS outputs; the lanes of a workgroup lie side by side along
// the outputs, so all of them need the same x. SHARE lanes load a different quad of it each (first one of every row, then the
// next quads) and broadcast them: drivers that fetch lane by lane would otherwise fetch the same quad for each. Any subgroup of
// SHARE lanes or more will do: lane l holds what lane l % SHARE holds, and only those below SHARE are asked. W is unpacked once
// for all rows. No workgroup memory and no barrier.
// Grid: x = COLUMNS * LANES outputs, y = ROWS rows. Accumulates in f32, in the order of k.
// Values: ROWS, COLUMNS (4 or 8), OUTPUT_QUADS = COLUMNS / 4, WIDE (they are 8); LANES; SHARE, SHARED_ROWS = min(ROWS, SHARE), LOADS =
// ROWS / SHARED_ROWS, QUADS = SHARE / SHARED_ROWS, WHOLE (QUADS is 8); ALIGNED (inputs % 4 == 0), PADDED (the last block passes
// `inputs`); F32, Q8_0, Q4, Q4_1, or UNPACKED: see unpackSource.ts; SCALES (W has them); DECODE, functions that unpack W.
enable subgroups;

//#if ALIGNED
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
//#else
@group(0) @binding(0) var<storage, read> x: array<f32>;
//#end
//#if F32
//#if ALIGNED
@group(0) @binding(1) var<storage, read> codes: array<vec4f>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<f32>;
//#end
//#else
//#if UNPACKED
@group(0) @binding(1) var<storage, read> codes: array<u32>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<vec4u>;
//#end
//#end
//#if SCALES
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> shape: Shape;
//#else
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> shape: Shape;
//#end
struct Shape {
  inputs: u32,
  outputs: u32,
  stride: u32,
  accumulate: u32,
  scale: f32,
}

/** Elements 4 q .. 4 q + 3 of a row of x, zero beyond the row's end. */
fn load_x(row: u32, q: u32) -> vec4f {
//#if ALIGNED
//#if PADDED
  if (4u * q >= shape.inputs) { return vec4f(); }
//#end
  return x[row * (shape.inputs / 4u) + q];
//#else
  let at = row * shape.inputs + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
}

//#if F32
fn load_w(row: u32, q: u32) -> vec4f {
//#if ALIGNED
  return codes[row * (shape.inputs / 4u) + min(q, shape.inputs / 4u - 1u)];
//#else
  let at = row * shape.inputs + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
}
//#else
//#if UNPACKED
//#else
fn half(n: u32) -> f32 {
  let pair = unpack2x16float(scales[n / 2u]);
  return select(pair.x, pair.y, (n & 1u) == 1u);
}
//#end
//#end
${DECODE}

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let column = (group.x * ${LANES}u + lane) * ${COLUMNS}u;
  let row = group.y * ${ROWS}u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  // No lane may leave before the end, since others need what it loads: beyond the edge it repeats the last row or output.
  //#for c in COLUMNS
  let column$c = min(column + ${c}u, shape.outputs - 1u);
  //#end
  //#for g in LOADS
  let row$g = min(row + ${g}u * ${SHARED_ROWS}u + member % ${SHARED_ROWS}u, row_count - 1u);
  //#end
  let ahead = member % ${SHARE}u / ${SHARED_ROWS}u;
  //#for g in LOADS
  //#for r in SHARED_ROWS
  //#for m in OUTPUT_QUADS
  var sum${g}_${r}_$m = vec4f();
  //#end
  //#end
  //#end
  let quads = (shape.inputs + 3u) / 4u;
  //#if UNPACKED
  let blocks = row_blocks(shape.inputs);
  //#else
  let blocks = (quads + 7u) / 8u;
  //#end
  for (var b = 0u; b < (quads + 7u) / 8u; b++) {
    //#if F32
    //#else
    //#for c in COLUMNS
    let n$c = column$c * blocks + b;
    //#if Q4_1
    let d$c = unpack2x16float(scales[n$c]);
    let words$c = codes[n$c];
    //#else
    //#if Q4
    let d$c = half(n$c);
    let words$c = codes[n$c];
    //#end
    //#if Q8_0
    let d$c = half(n$c);
    let low$c = codes[n$c * 2u];
    let high$c = codes[n$c * 2u + 1u];
    //#end
    //#end
    //#end
    //#end
    //#if WHOLE
    {
      let first = b * 8u;
    //#else
    // Bounds that are no constants: software drivers would unroll the loop and compile for seconds.
    for (var first = b * 8u; first < min(b * 8u + 8u, quads); first += ${QUADS}u) {
    //#end
      //#for g in LOADS
      let loaded$g = load_x(row$g, first + ahead);
      //#end
      //#for u in QUADS
      {
        let q = first + ${u}u;
        //#for c in COLUMNS
        //#if F32
        let w$c = load_w(column$c, q);
        //#end
        //#if Q8_0
        let w$c = bytes(select(low$c, high$c, (q & 4u) != 0u)[q & 3u]) * d$c;
        //#end
        //#if Q4
        //#if Q4_1
        let w$c = nibbles(words$c[q & 3u] >> (q & 4u)) * d$c.x + d$c.y;
        //#else
        let w$c = nibbles(words$c[q & 3u] >> (q & 4u)) * d$c;
        //#end
        //#end
        //#if UNPACKED
        let w$c = unpack(n$c, q & 7u);
        //#end
        //#end
        let weights0 = mat4x4f(w0, w1, w2, w3);
        //#if WIDE
        let weights1 = mat4x4f(w4, w5, w6, w7);
        //#end
        //#for g in LOADS
        //#for r in SHARED_ROWS
        {
          let shared_x = subgroupBroadcast(loaded$g, ${u}u * ${SHARED_ROWS}u + ${r}u);
          //#for m in OUTPUT_QUADS
          sum${g}_${r}_$m += shared_x * weights$m;
          //#end
        }
        //#end
        //#end
      }
      //#end
    }
  }
  // In arrays, so that one piece of code writes all rows: written out, it takes some drivers longer to compile than all the rest.
  //#for m in OUTPUT_QUADS
  var sums$m: array<vec4f, ${ROWS}>;
  //#for g in LOADS
  //#for r in SHARED_ROWS
  sums$m[${g}u * ${SHARED_ROWS}u + ${r}u] = sum${g}_${r}_$m;
  //#end
  //#end
  //#end
  for (var r = row; r < min(row + ${ROWS}u, row_count); r++) {
    let at = r * shape.stride + column;
    //#for m in OUTPUT_QUADS
    let total$m = shape.scale * sums$m[r - row];
    //#for c in FOUR
    if (column + 4u * ${m}u + ${c}u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * ${m}u + ${c}u] += total$m[$c]; } else { y[at + 4u * ${m}u + ${c}u] = total$m[$c]; }
    }
    //#end
    //#end
  }
}
