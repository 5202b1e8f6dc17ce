// y[o] = scale * sum_k W[o, k] x[k]   (+ y[o] when accumulate is 1): `linear` for a single row, as in decoding.
//
// Four outputs share every load of x. SHARED 0: one invocation computes them, without barriers, for software drivers. SHARED 1: a
// workgroup of 64 does; its lanes take every 64th block (or quad) and reduce in a tree. With SUBGROUP 1 they reduce within each
// subgroup, whatever its size, and then across the subgroups.
// Dispatch: x = groups of four outputs (SHARED 1), or 32 times four (SHARED 0); past 65,535 workgroups in y as well.
// Values: SHARED, SUBGROUP, STRIDE; OPERANDS: operands.wgsl; BLOCKS (W is read a block at a time): Q8_0, Q4, Q4_1.
//#if SUBGROUP
enable subgroups;
//#end
${OPERANDS}

//#if SHARED
var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  //#if SUBGROUP
  @builtin(subgroup_invocation_id) member: u32,
  @builtin(subgroup_size) members: u32,
  //#end
) {
  let column = (group.y * groups.x + group.x) * 4u;
  let first = lane;
//#else
@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let column = ((group.y * groups.x + group.x) * 32u + lane) * 4u;
  if (column >= shape.outputs) { return; }
  let first = 0u;
//#end
  //#for c in FOUR
  let column$c = start_w(min(column + ${c}u, shape.outputs - 1u));
  //#end
  var sum = vec4f();
  //#if BLOCKS
  for (var b = first; b < row_blocks(shape.inputs); b += ${STRIDE}u) {
    var inner = vec4f();
    //#for c in FOUR
    let n$c = column$c + b;
    //#end
    //#if Q8_0
    //#for h in TWO
    //#for c in FOUR
    let word${h}_$c = codes[n$c * 2u + ${h}u];
    //#end
    //#for j in FOUR
    inner += load_x(0u, b * 8u + ${h}u * 4u + ${j}u) * mat4x4f(
      bytes(word${h}_0[$j]), bytes(word${h}_1[$j]), bytes(word${h}_2[$j]), bytes(word${h}_3[$j]));
    //#end
    //#end
    sum += inner * vec4f(half(n0), half(n1), half(n2), half(n3));
    //#end
    //#if Q4
    //#for c in FOUR
    let word$c = codes[n$c];
    //#end
    var total = vec4f();
    //#for j in FOUR
    let low$j = load_x(0u, b * 8u + ${j}u);
    let high$j = load_x(0u, b * 8u + 4u + ${j}u);
    inner += low$j * mat4x4f(nibbles(word0[$j]), nibbles(word1[$j]), nibbles(word2[$j]), nibbles(word3[$j]));
    inner += high$j * mat4x4f(
      nibbles(word0[$j] >> 4u), nibbles(word1[$j] >> 4u), nibbles(word2[$j] >> 4u), nibbles(word3[$j] >> 4u));
    //#if Q4_1
    total += low$j + high$j;
    //#end
    //#end
    //#if Q4_1
    let all = dot(total, vec4f(1.0));
    //#for c in FOUR
    let d$c = unpack2x16float(scales[n$c]);
    //#end
    sum += inner * vec4f(d0.x, d1.x, d2.x, d3.x) + all * vec4f(d0.y, d1.y, d2.y, d3.y);
    //#else
    sum += inner * vec4f(half(n0), half(n1), half(n2), half(n3));
    //#end
    //#end
  }
  //#else
  for (var q = first; q < (shape.inputs + 3u) / 4u; q += ${STRIDE}u) {
    sum += load_x(0u, q) * mat4x4f(load_w(column0, q), load_w(column1, q), load_w(column2, q), load_w(column3, q));
  }
  //#end
  //#if SUBGROUP
  sum = subgroupAdd(sum);
  // All other elements stay zero, so the reduction need not know which lanes form a subgroup.
  if (member == 0u) { partial[lane] = sum; }
  workgroupBarrier();
  sum = vec4f();
  for (var other = member; other < 64u; other += members) { sum += partial[other]; }
  sum = subgroupAdd(sum);
  if (lane > 0u) { return; }
  //#else
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
  //#end
  //#for c in FOUR
  if (column + ${c}u < shape.outputs) {
    let result = shape.scale * sum[$c];
    if (shape.accumulate == 1u) { y[column + ${c}u] += result; } else { y[column + ${c}u] = result; }
  }
  //#end
}
