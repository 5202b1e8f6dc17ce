// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), tiles in registers.
//
// An invocation owns a register tile of ROWS rows by COLUMNS = 4 * QUADS outputs and walks along k in steps of four: a quad of x
// times a 4 x 4 piece of W is one vector-matrix product, and each piece of W is unpacked once for all rows. No workgroup memory
// and no barrier: software drivers spend most of their time in barriers, and caches serve the reuse between neighbours.
// Dispatch: x = tiles of outputs, y = tiles of rows. Accumulates in f32, in the order of k.
// Values: ROWS, QUADS, COLUMNS; OPERANDS: operands.wgsl.
${OPERANDS}
override size_x: u32;
override size_y: u32;

@compute @workgroup_size(size_x, size_y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * ${COLUMNS}u;
  let row = id.y * ${ROWS}u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  if (column >= shape.outputs || row >= row_count) { return; }
  // A tile may cross the edge: it then recomputes the last row or column and does not store it.
  //#for r in ROWS
  let row$r = start_x(min(row + ${r}u, row_count - 1u));
  //#end
  //#for m in QUADS
  //#for c in FOUR
  let column${m}_$c = start_w(min(column + 4u * ${m}u + ${c}u, shape.outputs - 1u));
  //#end
  //#end
  //#for r in ROWS
  //#for m in QUADS
  var sum${r}_$m = vec4f();
  //#end
  //#end
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
  // An array lets one piece of code write all rows: unrolled, it takes drivers longer to compile than the rest of the shader.
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
