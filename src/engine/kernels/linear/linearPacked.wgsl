// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), for any packed format.
//
// Buffers, shapes and grid as in linear.wgsl. An invocation owns a tile of ROWS rows by 4 * QUADS outputs in registers and walks along
// k, four elements at a time; what it reads of W is unpacked once for all its rows. No workgroup memory and no barrier.
// Accumulates in f32, in the order of k.
// Values: ROWS, QUADS, COLUMNS = 4 * QUADS; ALIGNED (inputs % 4 == 0); SCALES (W has them); UNPACK, see unpackSource.ts.
//#if ALIGNED
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
//#else
@group(0) @binding(0) var<storage, read> x: array<f32>;
//#end
@group(0) @binding(1) var<storage, read> codes: array<u32>;
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

${UNPACK}

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
  let blocks = row_blocks(shape.inputs);
  //#for m in QUADS
  //#for c in FOUR
  let block${m}_$c = min(column + 4u * ${m}u + ${c}u, shape.outputs - 1u) * blocks;
  //#end
  //#end
  //#for r in ROWS
  //#for m in QUADS
  var sum${r}_$m = vec4f();
  //#end
  //#end
  for (var q = 0u; q < (shape.inputs + 3u) / 4u; q++) {
    let b = q / 8u;
    let quad = q % 8u;
    //#for m in QUADS
    let w$m = mat4x4f(
      unpack(block${m}_0 + b, quad), unpack(block${m}_1 + b, quad),
      unpack(block${m}_2 + b, quad), unpack(block${m}_3 + b, quad));
    //#end
    //#for r in ROWS
    let x$r = load_x(row$r, q);
    //#for m in QUADS
    sum${r}_$m += x$r * w$m;
    //#end
    //#end
  }
  //#for r in ROWS
  if (row + ${r}u < row_count) {
    let at = (row + ${r}u) * shape.stride + column;
    //#for m in QUADS
    //#for c in FOUR
    if (column + 4u * ${m}u + ${c}u < shape.outputs) {
      let total = shape.scale * sum${r}_$m[$c];
      if (shape.accumulate == 1u) { y[at + 4u * ${m}u + ${c}u] += total; } else { y[at + 4u * ${m}u + ${c}u] = total; }
    }
    //#end
    //#end
  }
  //#end
}
