// y[o] = scale * sum_k W[o, k] x[k]   (+ y[o] when accumulate is 1): `linear` for a single row, as in decoding.
//
// Buffers as in linear.wgsl with rows = 1. Four outputs share every load of x. SHARED 0: they belong to one invocation, no
// barrier, for software drivers. SHARED 1: to a workgroup of 64, whose lanes take every 64th block and add up in a tree; with SUBGROUP
// 1 within each subgroup, whatever its size, and then over the subgroups.
// Grid: x = groups of four outputs (SHARED 1), or 32 times four (SHARED 0); past 65,535 workgroups y counts on.
// Values: SHARED, SUBGROUP; ALIGNED (inputs % 4 == 0), PADDED (the last block passes `inputs`); F32, Q8_0, Q4, Q4_1.
//#if SUBGROUP
enable subgroups;
//#end
//#if ALIGNED
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
//#else
@group(0) @binding(0) var<storage, read> x: array<f32>;
//#end
struct Shape {
  inputs: u32,
  outputs: u32,
  stride: u32,
  accumulate: u32,
  scale: f32,
}
//#if F32
//#if ALIGNED
@group(0) @binding(1) var<storage, read> codes: array<vec4f>;
//#else
@group(0) @binding(1) var<storage, read> codes: array<f32>;
//#end
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> shape: Shape;
//#else
@group(0) @binding(1) var<storage, read> codes: array<vec4u>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> shape: Shape;
//#end

/** Elements 4 q .. 4 q + 3 of x, zero beyond its end. */
fn load_x(q: u32) -> vec4f {
//#if ALIGNED
//#if PADDED
  if (4u * q >= shape.inputs) { return vec4f(); }
//#end
  return x[q];
//#else
  let at = 4u * q;
  let left = shape.inputs - min(shape.inputs, at);
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
  let column$c = min(column + ${c}u, shape.outputs - 1u);
  //#end
  var sum = vec4f();
  //#if F32
  for (var q = first; q < (shape.inputs + 3u) / 4u; q += ${STRIDE}u) {
    sum += load_x(q) * mat4x4f(load_w(column0, q), load_w(column1, q), load_w(column2, q), load_w(column3, q));
  }
  //#else
  let blocks = (shape.inputs + 31u) / 32u;
  for (var b = first; b < blocks; b += ${STRIDE}u) {
    var inner = vec4f();
    //#for c in FOUR
    let n$c = column$c * blocks + b;
    //#end
    //#if Q8_0
    //#for h in TWO
    //#for c in FOUR
    let word${h}_$c = codes[n$c * 2u + ${h}u];
    //#end
    //#for j in FOUR
    inner += load_x(b * 8u + ${h}u * 4u + ${j}u) * mat4x4f(
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
    let low$j = load_x(b * 8u + ${j}u);
    let high$j = load_x(b * 8u + 4u + ${j}u);
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
  //#end
  //#if SUBGROUP
  sum = subgroupAdd(sum);
  // The other elements stay zero, so the sums are found without knowing which lanes are a subgroup.
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
