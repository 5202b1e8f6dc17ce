// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), tiles of x and W in workgroup memory.
//
// Buffers and shapes as in linear.wgsl. A workgroup of 128 owns 32 rows by 64 outputs and walks along k, 32 elements at a time: it
// unpacks that piece of x and W into workgroup memory once, neighbouring lanes reading neighbouring words; then each invocation
// multiplies 4 rows by 4 outputs, 16 apart. For graphics cards, where every number is then read from memory once a tile.
// Grid: x = 64 outputs, y = 32 rows. HALF 0: all in f32, in the order of k. HALF 1: x and W rounded to f16, products of four elements
// added in f16 (relative error up to 2^-9 of their largest), these sums in f32.
// Values: HALF, NUMBER = f16 or f32; ALIGNED (inputs % 4 == 0); F32, or UNPACK: see unpackSource.ts; SCALES (W has them).
//#if HALF
enable f16;
//#end

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
@group(0) @binding(1) var<storage, read> codes: array<u32>;
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
  if (4u * q >= shape.inputs) { return vec4f(); }
//#if ALIGNED
  return x[row * (shape.inputs / 4u) + q];
//#else
  let at = row * shape.inputs + 4u * q;
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(shape.inputs - 4u * q));
//#end
}

//#if F32
fn load_w(row: u32, q: u32) -> vec4f {
  if (4u * q >= shape.inputs) { return vec4f(); }
//#if ALIGNED
  return codes[row * (shape.inputs / 4u) + q];
//#else
  let at = row * shape.inputs + 4u * q;
  let four = vec4f(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]);
  return select(vec4f(), four, vec4u(0u, 1u, 2u, 3u) < vec4u(shape.inputs - 4u * q));
//#end
}
//#else
${UNPACK}

fn load_w(row: u32, q: u32) -> vec4f {
  return unpack(row * row_blocks(shape.inputs) + q / 8u, q % 8u);
}
//#end

// By quads, then by rows or outputs: lanes that read together read neighbours.
var<workgroup> tile_x: array<vec4<${NUMBER}>, 256>;
var<workgroup> tile_w: array<vec4<${NUMBER}>, 512>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 64u;
  let row = group.y * 32u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  let left = lane % 16u;
  let top = lane / 16u * 4u;
  //#for r in FOUR
  var sum$r = vec4f();
  //#end
  for (var b = 0u; b < (shape.inputs + 31u) / 32u; b++) {
    // Beyond the edge the last row or output once more; nothing is stored for it.
    for (var n = lane; n < 256u; n += 128u) {
      tile_x[n % 8u * 32u + n / 8u] = vec4<${NUMBER}>(load_x(min(row + n / 8u, row_count - 1u), b * 8u + n % 8u));
    }
    for (var n = lane; n < 512u; n += 128u) {
      tile_w[n % 8u * 64u + n / 8u] = vec4<${NUMBER}>(load_w(min(column + n / 8u, shape.outputs - 1u), b * 8u + n % 8u));
    }
    workgroupBarrier();
    for (var q = 0u; q < 8u; q++) {
      let weights = mat4x4<${NUMBER}>(
        tile_w[q * 64u + left], tile_w[q * 64u + left + 16u], tile_w[q * 64u + left + 32u], tile_w[q * 64u + left + 48u]);
      //#for r in FOUR
      sum$r += vec4f(tile_x[q * 32u + top + ${r}u] * weights);
      //#end
    }
    workgroupBarrier();
  }
  //#for r in FOUR
  //#for c in FOUR
  if (row + top + ${r}u < row_count && column + left + ${c}u * 16u < shape.outputs) {
    let at = (row + top + ${r}u) * shape.stride + column + left + ${c}u * 16u;
    let total = shape.scale * sum$r[$c];
    if (shape.accumulate == 1u) { y[at] += total; } else { y[at] = total; }
  }
  //#end
  //#end
}
