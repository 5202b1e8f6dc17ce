// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), tiles of x and W in workgroup memory.
//
// A workgroup of 128 owns 32 rows by 64 outputs and walks along k, 32 elements at a time. It unpacks that piece of x and W into
// workgroup memory once, with adjacent lanes reading adjacent words; then each invocation multiplies 4 rows by 4 outputs, 16
// apart. For discrete GPUs: every element is read from memory only once per tile.
// Dispatch: x = 64 outputs, y = 32 rows. HALF 0: f32 throughout, in the order of k. HALF 1: x and W rounded to f16, products of four
// elements added in f16 (relative error up to 2^-9 of their largest), these sums added in f32.
// Values: HALF, NUMBER = f16 or f32; OPERANDS: operands.wgsl.
//#if HALF
enable f16;
//#end
${OPERANDS}

// Quads first, then rows or outputs: adjacent lanes read adjacent elements.
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
    // Beyond the edge the last row or output is repeated and not stored.
    for (var n = lane; n < 256u; n += 128u) {
      tile_x[n % 8u * 32u + n / 8u] = vec4<${NUMBER}>(load_x(start_x(min(row + n / 8u, row_count - 1u)), b * 8u + n % 8u));
    }
    for (var n = lane; n < 512u; n += 128u) {
      tile_w[n % 8u * 64u + n / 8u] = vec4<${NUMBER}>(load_w(start_w(min(column + n / 8u, shape.outputs - 1u)), b * 8u + n % 8u));
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
