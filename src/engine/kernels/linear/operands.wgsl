// The bindings of every linear shader, and the functions that read them.
//
// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1)
// x f32 [rows, inputs]; W: see `Weight` in backend.ts; y f32 rows of `stride` elements, of which the first `outputs` are written: y
// may begin inside the rows of a wider result.
// Values: ALIGNED (inputs % 4 == 0), GUARDED (quads beyond a row's end are read), X and CODES: the element types of these arrays;
// SCALES (W has them); F32; BLOCKS (the shader decodes the blocks of W itself); FORMAT: functions that unpack W, from decode.wgsl
// for BLOCKS, otherwise from decodeSource.ts.
@group(0) @binding(0) var<storage, read> x: array<${X}>;
@group(0) @binding(1) var<storage, read> codes: array<${CODES}>;
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

/** Where a row begins, for `load_x`. */
fn start_x(row: u32) -> u32 {
//#if ALIGNED
  return row * (shape.inputs / 4u);
//#else
  return row * shape.inputs;
//#end
}

/** Elements 4 q .. 4 q + 3 of a row of x, zero beyond the row's end. */
fn load_x(start: u32, q: u32) -> vec4f {
//#if ALIGNED
//#if GUARDED
  if (4u * q >= shape.inputs) { return vec4f(); }
//#end
  return x[start + q];
//#else
  let at = start + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
}

${FORMAT}

/** Where a row begins: for `load_w`, or its first block. */
fn start_w(row: u32) -> u32 {
//#if F32
  return start_x(row);
//#else
  return row * row_blocks(shape.inputs);
//#end
}
//#if BLOCKS
//#else

/** Elements 4 q .. 4 q + 3 of a row of W. */
fn load_w(start: u32, q: u32) -> vec4f {
//#if F32
//#if ALIGNED
//#if GUARDED
  if (4u * q >= shape.inputs) { return vec4f(); }
//#end
  return codes[start + q];
//#else
  let at = start + 4u * q;
  let left = shape.inputs - min(shape.inputs, 4u * q);
  return select(vec4f(), vec4f(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
//#else
  return unpack(start + q / 8u, q % 8u);
//#end
}
//#end
