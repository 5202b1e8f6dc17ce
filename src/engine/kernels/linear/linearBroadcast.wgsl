// y[r, o] = scale * sum_k W[o, k] x[r, k]   (+ y[r, o] when accumulate is 1), with x broadcast between lanes.
//
// An invocation owns ROWS rows by COLUMNS outputs. A workgroup's lanes lie side by side along the outputs, so all of them need the
// same x. SHARE lanes load a different quad of it each (first one quad of every row, then the next quads) and broadcast them: drivers
// that load lane by lane would otherwise load the same quad for each lane. Any subgroup of at least SHARE lanes works: lane l loads
// the same as lane l % SHARE, and only lanes below SHARE broadcast. W is unpacked once for all rows. No workgroup memory, no barrier.
// Dispatch: x = COLUMNS * LANES outputs, y = ROWS rows. Accumulates in f32, in the order of k.
// Values: ROWS, COLUMNS (4 or 8), OUTPUT_QUADS = COLUMNS / 4, WIDE (COLUMNS is 8); LANES; SHARE, SHARED_ROWS = min(ROWS, SHARE), LOADS =
// ROWS / SHARED_ROWS, QUADS = SHARE / SHARED_ROWS, WHOLE (QUADS is 8); OPERANDS: operands.wgsl; BLOCKS (W is read a block at a time):
// Q8_0, Q4, Q4_1.
enable subgroups;
${OPERANDS}

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let column = (group.x * ${LANES}u + lane) * ${COLUMNS}u;
  let row = group.y * ${ROWS}u;
  let row_count = (arrayLength(&y) + shape.stride - 1u) / shape.stride;
  // No lane may return early, since others need its loads: beyond the edge it repeats the last row or output.
  //#for c in COLUMNS
  let column$c = start_w(min(column + ${c}u, shape.outputs - 1u));
  //#end
  //#for g in LOADS
  let row$g = start_x(min(row + ${g}u * ${SHARED_ROWS}u + member % ${SHARED_ROWS}u, row_count - 1u));
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
  for (var b = 0u; b < (quads + 7u) / 8u; b++) {
    //#if BLOCKS
    //#for c in COLUMNS
    let n$c = column$c + b;
    //#if Q4_1
    let d$c = unpack2x16float(scales[n$c]);
    //#else
    let d$c = half(n$c);
    //#end
    //#if Q4
    let words$c = codes[n$c];
    //#else
    let low$c = codes[n$c * 2u];
    let high$c = codes[n$c * 2u + 1u];
    //#end
    //#end
    //#end
    //#if WHOLE
    {
      let first = b * 8u;
    //#else
    // The bounds are not constants: software drivers would unroll the loop and compile for seconds.
    for (var first = b * 8u; first < min(b * 8u + 8u, quads); first += ${QUADS}u) {
    //#end
      //#for g in LOADS
      let loaded$g = load_x(row$g, first + ahead);
      //#end
      //#for u in QUADS
      {
        let q = first + ${u}u;
        //#for c in COLUMNS
        //#if BLOCKS
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
        //#else
        //#if F32
        let w$c = load_w(column$c, q);
        //#else
        let w$c = unpack(column$c + b, q & 7u);
        //#end
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
  // Arrays let one piece of code write all rows: unrolled, it takes some drivers longer to compile than the rest of the shader.
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
