// y[o] = scale * sum_k W[o, k] x[k]   (+ y[o] when accumulate is 1): `linear` for a single row, for any packed format.
//
// Buffers and shapes as in linearPacked.wgsl with rows = 1. Four outputs share every load of x. SHARED 0: they belong to one
// invocation, no barrier, for software drivers. SHARED 1: to a workgroup of 64, whose lanes take every 64th four elements, so that
// neighbours read neighbouring words, and add up in a tree.
// Grid: x = groups of four outputs (SHARED 1), or 32 times four (SHARED 0); past 65,535 workgroups y counts on.
// Values: SHARED; ALIGNED (inputs % 4 == 0); SCALES (W has them); UNPACK, see unpackSource.ts.
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

/** Elements 4 q .. 4 q + 3 of x, zero beyond its end. */
fn load_x(q: u32) -> vec4f {
//#if ALIGNED
  return x[q];
//#else
  let at = 4u * q;
  let left = shape.inputs - min(shape.inputs, at);
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
//#end
}

${UNPACK}

//#if SHARED
var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
//#else
@compute @workgroup_size(32)
//#end
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  //#if SHARED
  let column = (group.y * groups.x + group.x) * 4u;
  let first = lane;
  //#else
  let column = ((group.y * groups.x + group.x) * 32u + lane) * 4u;
  if (column >= shape.outputs) { return; }
  let first = 0u;
  //#end
  let blocks = row_blocks(shape.inputs);
  //#for c in FOUR
  let block$c = min(column + ${c}u, shape.outputs - 1u) * blocks;
  //#end
  var sum = vec4f();
  for (var q = first; q < (shape.inputs + 3u) / 4u; q += ${STRIDE}u) {
    let b = q / 8u;
    let quad = q % 8u;
    sum += load_x(q) * mat4x4f(
      unpack(block0 + b, quad), unpack(block1 + b, quad), unpack(block2 + b, quad), unpack(block3 + b, quad));
  }
  //#if SHARED
  partial[lane] = sum;
  workgroupBarrier();
  for (var width = 32u; width > 0u; width /= 2u) {
    if (lane < width) { partial[lane] += partial[lane + width]; }
    workgroupBarrier();
  }
  if (lane > 0u) { return; }
  sum = partial[0];
  //#end
  //#for c in FOUR
  if (column + ${c}u < shape.outputs) {
    let result = shape.scale * sum[$c];
    if (shape.accumulate == 1u) { y[column + ${c}u] += result; } else { y[column + ${c}u] = result; }
  }
  //#end
}
