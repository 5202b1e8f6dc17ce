// out[r, h] = sum_j softmax_j(scale * q[r, h] . keys[j, h']) values[j, h'],   start[r] <= j < end[r],  h' = h / (heads / kv)
//
// q, out f32 [rows, heads * D]; keys, values f32 [*, kv_heads * D]; spans u32 [rows, 2] = start, end.
// q and the running sum stay in registers. The maximum and the normaliser are corrected whenever a larger score appears (online
// softmax: Milakov and Gimelshein 2018; Dao et al. 2022), so no score matrix exists. SHARED 0: one invocation per query head,
// without barriers, for software drivers. SHARED 1: one workgroup per query head; each lane takes every LANES-th key, then the
// lanes' sums are rescaled to the common maximum and added. An empty span yields zeros. Dispatch: flat over rows * heads. f32.
// CAPPED: scores s become softcap * tanh(s / softcap). Values: QUADS = ceil(D / 4), ALIGNED (D % 4 == 0), SHARED, LANES.
//#if ALIGNED
@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> keys: array<vec4f>;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
//#else
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
//#end
@group(0) @binding(3) var<storage, read> spans: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
override heads: u32;
override kv_heads: u32;
override dimension: u32;
override scale: f32;
override softcap: f32;

fn load_query(head: u32, c: u32) -> vec4f {
//#if ALIGNED
  return q[head * ${QUADS}u + c];
//#else
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(q[at], q[at + 1u], q[at + 2u], q[at + 3u]), inside);
//#end
}
fn load_key(head: u32, c: u32) -> vec4f {
//#if ALIGNED
  return keys[head * ${QUADS}u + c];
//#else
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(keys[at], keys[at + 1u], keys[at + 2u], keys[at + 3u]), inside);
//#end
}
fn load_value(head: u32, c: u32) -> vec4f {
//#if ALIGNED
  return values[head * ${QUADS}u + c];
//#else
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(values[at], values[at + 1u], values[at + 2u], values[at + 3u]), inside);
//#end
}

//#if SHARED
// 32 lanes of 64 dimensions take 8 KiB, half of the workgroup memory that every device guarantees.
var<workgroup> highests: array<f32, ${LANES}>;
var<workgroup> normalisers: array<f32, ${LANES}>;
var<workgroup> sums: array<vec4f, ${CELLS}>;
//#end

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  //#if SHARED
  let index = group.y * groups.x + group.x;
  //#else
  let index = (group.y * groups.x + group.x) * ${LANES}u + lane;
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  //#end
  let row = index / heads;
  let kv_head = (index % heads) / (heads / kv_heads);
  let span = spans[row];
  //#for c in QUADS
  let query$c = load_query(index, ${c}u) * scale;
  var sum$c = vec4f();
  //#end
  var highest = -3.0e38;
  var normaliser = 0.0;
  //#if SHARED
  for (var j = span.x + lane; j < span.y; j += ${LANES}u) {
  //#else
  for (var j = span.x; j < span.y; j++) {
  //#end
    let at = j * kv_heads + kv_head;
    var score = 0.0;
    //#for c in QUADS
    score += dot(query$c, load_key(at, ${c}u));
    //#end
    //#if CAPPED
    // tanh of a large argument overflows on some drivers.
    score = softcap * tanh(clamp(score / softcap, -15.0, 15.0));
    //#end
    if (score > highest) {
      let correction = exp(highest - score);
      highest = score;
      normaliser *= correction;
      //#for c in QUADS
      sum$c *= correction;
      //#end
    }
    let weight = exp(score - highest);
    normaliser += weight;
    //#for c in QUADS
    sum$c += weight * load_value(at, ${c}u);
    //#end
  }
  //#if SHARED
  highests[lane] = highest;
  workgroupBarrier();
  var top = highest;
  for (var l = 0u; l < ${LANES}u; l++) { top = max(top, highests[l]); }
  let share = exp(highest - top);
  normalisers[lane] = normaliser * share;
  //#for c in QUADS
  sums[lane * ${QUADS}u + ${c}u] = sum$c * share;
  //#end
  workgroupBarrier();
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  var total = 0.0;
  for (var l = 0u; l < ${LANES}u; l++) { total += normalisers[l]; }
  let factor = select(0.0, 1.0 / total, total > 0.0);
  for (var c = lane; c < ${QUADS}u; c += ${LANES}u) {
    var whole = vec4f();
    for (var l = 0u; l < ${LANES}u; l++) { whole += sums[l * ${QUADS}u + c]; }
    for (var i = 0u; i < min(4u, dimension - 4u * c); i++) {
      result[index * dimension + 4u * c + i] = whole[i] * factor;
    }
  }
  //#else
  let factor = select(0.0, 1.0 / normaliser, normaliser > 0.0);
  //#for c in QUADS
  for (var i = 0u; i < min(4u, dimension - 4u * ${c}u); i++) {
    result[index * dimension + 4u * ${c}u + i] = sum$c[i] * factor;
  }
  //#end
  //#end
}
