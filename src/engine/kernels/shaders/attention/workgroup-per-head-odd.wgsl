@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read> spans: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
override heads: u32;
override kv_heads: u32;
override dimension: u32;
override scale: f32;
override softcap: f32;

fn load_query(head: u32, c: u32) -> vec4f {
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(q[at], q[at + 1u], q[at + 2u], q[at + 3u]), inside);
}
fn load_key(head: u32, c: u32) -> vec4f {
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(keys[at], keys[at + 1u], keys[at + 2u], keys[at + 3u]), inside);
}
fn load_value(head: u32, c: u32) -> vec4f {
  let at = head * dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(dimension);
  return select(vec4f(), vec4f(values[at], values[at + 1u], values[at + 2u], values[at + 3u]), inside);
}

var<workgroup> highests: array<f32, 32>;
var<workgroup> normalisers: array<f32, 32>;
var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = group.y * groups.x + group.x;
  let row = index / heads;
  let kv_head = (index % heads) / (heads / kv_heads);
  let span = spans[row];
  let query0 = load_query(index, 0u) * scale;
  var sum0 = vec4f();
  let query1 = load_query(index, 1u) * scale;
  var sum1 = vec4f();
  let query2 = load_query(index, 2u) * scale;
  var sum2 = vec4f();
  let query3 = load_query(index, 3u) * scale;
  var sum3 = vec4f();
  let query4 = load_query(index, 4u) * scale;
  var sum4 = vec4f();
  let query5 = load_query(index, 5u) * scale;
  var sum5 = vec4f();
  let query6 = load_query(index, 6u) * scale;
  var sum6 = vec4f();
  let query7 = load_query(index, 7u) * scale;
  var sum7 = vec4f();
  var highest = -3.0e38;
  var normaliser = 0.0;
  for (var j = span.x + lane; j < span.y; j += 32u) {
    let at = j * kv_heads + kv_head;
    var score = 0.0;
    score += dot(query0, load_key(at, 0u));
    score += dot(query1, load_key(at, 1u));
    score += dot(query2, load_key(at, 2u));
    score += dot(query3, load_key(at, 3u));
    score += dot(query4, load_key(at, 4u));
    score += dot(query5, load_key(at, 5u));
    score += dot(query6, load_key(at, 6u));
    score += dot(query7, load_key(at, 7u));
    score = softcap * tanh(clamp(score / softcap, -15.0, 15.0));
    if (score > highest) {
      let correction = exp(highest - score);
      highest = score;
      normaliser *= correction;
      sum0 *= correction;
      sum1 *= correction;
      sum2 *= correction;
      sum3 *= correction;
      sum4 *= correction;
      sum5 *= correction;
      sum6 *= correction;
      sum7 *= correction;
    }
    let weight = exp(score - highest);
    normaliser += weight;
    sum0 += weight * load_value(at, 0u);
    sum1 += weight * load_value(at, 1u);
    sum2 += weight * load_value(at, 2u);
    sum3 += weight * load_value(at, 3u);
    sum4 += weight * load_value(at, 4u);
    sum5 += weight * load_value(at, 5u);
    sum6 += weight * load_value(at, 6u);
    sum7 += weight * load_value(at, 7u);
  }
  highests[lane] = highest;
  workgroupBarrier();
  var top = highest;
  for (var l = 0u; l < 32u; l++) { top = max(top, highests[l]); }
  let share = exp(highest - top);
  normalisers[lane] = normaliser * share;
  sums[lane * 8u + 0u] = sum0 * share;
  sums[lane * 8u + 1u] = sum1 * share;
  sums[lane * 8u + 2u] = sum2 * share;
  sums[lane * 8u + 3u] = sum3 * share;
  sums[lane * 8u + 4u] = sum4 * share;
  sums[lane * 8u + 5u] = sum5 * share;
  sums[lane * 8u + 6u] = sum6 * share;
  sums[lane * 8u + 7u] = sum7 * share;
  workgroupBarrier();
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  var total = 0.0;
  for (var l = 0u; l < 32u; l++) { total += normalisers[l]; }
  let factor = select(0.0, 1.0 / total, total > 0.0);
  for (var c = lane; c < 8u; c += 32u) {
    var whole = vec4f();
    for (var l = 0u; l < 32u; l++) { whole += sums[l * 8u + c]; }
    for (var i = 0u; i < min(4u, dimension - 4u * c); i++) {
      result[index * dimension + 4u * c + i] = whole[i] * factor;
    }
  }
}
