// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1)
//
// x f32 [rows, inputs]; W: see `Weight` in backend.ts (f32, or blocks of 32 along k with f16 scales); y f32 rows of
// `stride` elements, of which the first `outputs` are written: y may begin within the rows of a wider result.
// An invocation owns a tile of ROWS rows by 4 * QUADS outputs in registers and walks along k, four elements at a time: x's
// four times a 4 x 4 piece of W is one vector-matrix product. No workgroup memory and no barrier: software drivers
// spend most of their time in barriers, and caches serve the reuse between neighbours.
// Grid: x = tiles of outputs, y = tiles of rows. Accumulates in f32, in the order of k.
// Values: ROWS, QUADS; ALIGNED (inputs % 4 == 0); F32, Q8_0, Q4_0, Q4_1; PADDED (the last block passes `inputs`).
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
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
//#end
struct Shape {
  inputs: u32,
  outputs: u32,
  stride: u32,
  accumulate: u32,
  scale: f32,
}
//#if F32
@group(0) @binding(3) var<uniform> shape: Shape;
//#else
@group(0) @binding(4) var<uniform> shape: Shape;
//#end
override size_x: u32;
override size_y: u32;

/** Elements 4 q .. 4 q + 3 of a row of x, zero beyond the row's end. */
fn load_x(row: u32, q: u32) -> vec4f {
//#if ALIGNED
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
  return codes[row * (shape.inputs / 4u) + q];
//#else
  let at = row * shape.inputs + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
}
//#else
fn half(n: u32) -> f32 {
  let pair = unpack2x16float(scales[n / 2u]);
  return select(pair.x, pair.y, (n & 1u) == 1u);
}
//#end
${DECODE}

@compute @workgroup_size(size_x, size_y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * ${COLUMNS}u;
  let row = id.y * ${ROWS}u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  if (column >= shape.outputs || row >= row_count) { return; }
  // A tile may hang over the edge: it then computes a last row or column again and stores nothing for it.
  //#for r in ROWS
  let row$r = min(row + ${r}u, row_count - 1u);
  //#end
  //#for m in QUADS
  //#for c in FOUR
  let column${m}_$c = min(column + 4u * ${m}u + ${c}u, shape.outputs - 1u);
  //#end
  //#end
  //#for r in ROWS
  //#for m in QUADS
  var sum${r}_$m = vec4f();
  //#end
  //#end
  //#if F32
  for (var q = 0u; q < (shape.inputs + 3u) / 4u; q++) {
    //#for m in QUADS
    let w$m = mat4x4f(load_w(column${m}_0, q), load_w(column${m}_1, q), load_w(column${m}_2, q), load_w(column${m}_3, q));
    //#end
    //#for r in ROWS
    let x$r = load_x(row$r, q);
    //#for m in QUADS
    sum${r}_$m += x$r * w$m;
    //#end
    //#end
  }
  //#else
  let blocks = (shape.inputs + 31u) / 32u;
  // The bounds of the inner loops are no constants: some drivers would unroll them and compile for seconds.
  for (var b = 0u; b < blocks; b++) {
    //#for m in QUADS
    //#for c in FOUR
    let n${m}_$c = column${m}_$c * blocks + b;
    //#if Q4_1
    let d${m}_$c = unpack2x16float(scales[n${m}_$c]);
    //#else
    let d${m}_$c = half(n${m}_$c);
    //#end
    //#end
    //#end
    //#if Q8_0
    for (var j = 0u; j < min(8u, 8u * blocks); j++) {
      let q = b * 8u + j;
      //#if PADDED
      if (4u * q >= shape.inputs) { break; }
      //#end
      //#for m in QUADS
      let w$m = mat4x4f(
        bytes(codes[n${m}_0 * 8u + j]) * d${m}_0, bytes(codes[n${m}_1 * 8u + j]) * d${m}_1,
        bytes(codes[n${m}_2 * 8u + j]) * d${m}_2, bytes(codes[n${m}_3 * 8u + j]) * d${m}_3);
      //#end
      //#for r in ROWS
      let x$r = load_x(row$r, q);
      //#for m in QUADS
      sum${r}_$m += x$r * w$m;
      //#end
      //#end
    }
    //#end
    //#if Q4
    for (var j = 0u; j < min(4u, 4u * blocks); j++) {
      //#for m in QUADS
      //#for c in FOUR
      let word${m}_$c = codes[n${m}_$c * 4u + j];
      //#end
      //#end
      //#for h in TWO
      {
        let q = b * 8u + ${h}u * 4u + j;
        //#if PADDED
        if (4u * q < shape.inputs) {
        //#end
        //#for m in QUADS
        //#for c in FOUR
        //#if Q4_1
        let w${m}_$c = nibbles(word${m}_$c >> (4u * ${h}u)) * d${m}_$c.x + d${m}_$c.y;
        //#else
        let w${m}_$c = nibbles(word${m}_$c >> (4u * ${h}u)) * d${m}_$c;
        //#end
        //#end
        let w$m = mat4x4f(w${m}_0, w${m}_1, w${m}_2, w${m}_3);
        //#end
        //#for r in ROWS
        let x$r = load_x(row$r, q);
        //#for m in QUADS
        sum${r}_$m += x$r * w$m;
        //#end
        //#end
        //#if PADDED
        }
        //#end
      }
      //#end
    }
    //#end
  }
  //#end
  // In an array, so that one piece of code writes all rows: written out, it takes drivers longer to compile than all the rest.
  //#for m in QUADS
  var sums$m: array<vec4f, ${ROWS}>;
  //#for r in ROWS
  sums$m[${r}] = sum${r}_$m;
  //#end
  //#end
  for (var r = row; r < min(row + ${ROWS}u, row_count); r++) {
    let at = r * shape.stride + column;
    //#for m in QUADS
    let total$m = shape.scale * sums$m[r - row];
    //#for c in FOUR
    if (column + 4u * ${m}u + ${c}u < shape.outputs) {
      if (shape.accumulate == 1u) { y[at + 4u * ${m}u + ${c}u] += total$m[$c]; } else { y[at + 4u * ${m}u + ${c}u] = total$m[$c]; }
    }
    //#end
    //#end
  }
}
