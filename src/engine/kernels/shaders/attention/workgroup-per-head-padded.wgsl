@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> keys: array<vec4f>;
@group(0) @binding(2) var<storage, read> values: array<vec4f>;
@group(0) @binding(3) var<storage, read> spans: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;
override heads: u32;
override kv_heads: u32;
override dimension: u32;
override scale: f32;
override softcap: f32;

fn load_query(head: u32, c: u32) -> vec4f {
  return q[head * 32u + c];
}
fn load_key(head: u32, c: u32) -> vec4f {
  return keys[head * 32u + c];
}
fn load_value(head: u32, c: u32) -> vec4f {
  return values[head * 32u + c];
}

var<workgroup> highests: array<f32, 16>;
var<workgroup> normalisers: array<f32, 16>;
var<workgroup> sums: array<vec4f, 512>;

@compute @workgroup_size(16)
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
  let query8 = load_query(index, 8u) * scale;
  var sum8 = vec4f();
  let query9 = load_query(index, 9u) * scale;
  var sum9 = vec4f();
  let query10 = load_query(index, 10u) * scale;
  var sum10 = vec4f();
  let query11 = load_query(index, 11u) * scale;
  var sum11 = vec4f();
  let query12 = load_query(index, 12u) * scale;
  var sum12 = vec4f();
  let query13 = load_query(index, 13u) * scale;
  var sum13 = vec4f();
  let query14 = load_query(index, 14u) * scale;
  var sum14 = vec4f();
  let query15 = load_query(index, 15u) * scale;
  var sum15 = vec4f();
  let query16 = load_query(index, 16u) * scale;
  var sum16 = vec4f();
  let query17 = load_query(index, 17u) * scale;
  var sum17 = vec4f();
  let query18 = load_query(index, 18u) * scale;
  var sum18 = vec4f();
  let query19 = load_query(index, 19u) * scale;
  var sum19 = vec4f();
  let query20 = load_query(index, 20u) * scale;
  var sum20 = vec4f();
  let query21 = load_query(index, 21u) * scale;
  var sum21 = vec4f();
  let query22 = load_query(index, 22u) * scale;
  var sum22 = vec4f();
  let query23 = load_query(index, 23u) * scale;
  var sum23 = vec4f();
  let query24 = load_query(index, 24u) * scale;
  var sum24 = vec4f();
  let query25 = load_query(index, 25u) * scale;
  var sum25 = vec4f();
  let query26 = load_query(index, 26u) * scale;
  var sum26 = vec4f();
  let query27 = load_query(index, 27u) * scale;
  var sum27 = vec4f();
  let query28 = load_query(index, 28u) * scale;
  var sum28 = vec4f();
  let query29 = load_query(index, 29u) * scale;
  var sum29 = vec4f();
  let query30 = load_query(index, 30u) * scale;
  var sum30 = vec4f();
  let query31 = load_query(index, 31u) * scale;
  var sum31 = vec4f();
  var highest = -3.0e38;
  var normaliser = 0.0;
  for (var j = span.x + lane; j < span.y; j += 16u) {
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
    score += dot(query8, load_key(at, 8u));
    score += dot(query9, load_key(at, 9u));
    score += dot(query10, load_key(at, 10u));
    score += dot(query11, load_key(at, 11u));
    score += dot(query12, load_key(at, 12u));
    score += dot(query13, load_key(at, 13u));
    score += dot(query14, load_key(at, 14u));
    score += dot(query15, load_key(at, 15u));
    score += dot(query16, load_key(at, 16u));
    score += dot(query17, load_key(at, 17u));
    score += dot(query18, load_key(at, 18u));
    score += dot(query19, load_key(at, 19u));
    score += dot(query20, load_key(at, 20u));
    score += dot(query21, load_key(at, 21u));
    score += dot(query22, load_key(at, 22u));
    score += dot(query23, load_key(at, 23u));
    score += dot(query24, load_key(at, 24u));
    score += dot(query25, load_key(at, 25u));
    score += dot(query26, load_key(at, 26u));
    score += dot(query27, load_key(at, 27u));
    score += dot(query28, load_key(at, 28u));
    score += dot(query29, load_key(at, 29u));
    score += dot(query30, load_key(at, 30u));
    score += dot(query31, load_key(at, 31u));
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
      sum8 *= correction;
      sum9 *= correction;
      sum10 *= correction;
      sum11 *= correction;
      sum12 *= correction;
      sum13 *= correction;
      sum14 *= correction;
      sum15 *= correction;
      sum16 *= correction;
      sum17 *= correction;
      sum18 *= correction;
      sum19 *= correction;
      sum20 *= correction;
      sum21 *= correction;
      sum22 *= correction;
      sum23 *= correction;
      sum24 *= correction;
      sum25 *= correction;
      sum26 *= correction;
      sum27 *= correction;
      sum28 *= correction;
      sum29 *= correction;
      sum30 *= correction;
      sum31 *= correction;
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
    sum8 += weight * load_value(at, 8u);
    sum9 += weight * load_value(at, 9u);
    sum10 += weight * load_value(at, 10u);
    sum11 += weight * load_value(at, 11u);
    sum12 += weight * load_value(at, 12u);
    sum13 += weight * load_value(at, 13u);
    sum14 += weight * load_value(at, 14u);
    sum15 += weight * load_value(at, 15u);
    sum16 += weight * load_value(at, 16u);
    sum17 += weight * load_value(at, 17u);
    sum18 += weight * load_value(at, 18u);
    sum19 += weight * load_value(at, 19u);
    sum20 += weight * load_value(at, 20u);
    sum21 += weight * load_value(at, 21u);
    sum22 += weight * load_value(at, 22u);
    sum23 += weight * load_value(at, 23u);
    sum24 += weight * load_value(at, 24u);
    sum25 += weight * load_value(at, 25u);
    sum26 += weight * load_value(at, 26u);
    sum27 += weight * load_value(at, 27u);
    sum28 += weight * load_value(at, 28u);
    sum29 += weight * load_value(at, 29u);
    sum30 += weight * load_value(at, 30u);
    sum31 += weight * load_value(at, 31u);
  }
  highests[lane] = highest;
  workgroupBarrier();
  var top = highest;
  for (var l = 0u; l < 16u; l++) { top = max(top, highests[l]); }
  let share = exp(highest - top);
  normalisers[lane] = normaliser * share;
  sums[lane * 32u + 0u] = sum0 * share;
  sums[lane * 32u + 1u] = sum1 * share;
  sums[lane * 32u + 2u] = sum2 * share;
  sums[lane * 32u + 3u] = sum3 * share;
  sums[lane * 32u + 4u] = sum4 * share;
  sums[lane * 32u + 5u] = sum5 * share;
  sums[lane * 32u + 6u] = sum6 * share;
  sums[lane * 32u + 7u] = sum7 * share;
  sums[lane * 32u + 8u] = sum8 * share;
  sums[lane * 32u + 9u] = sum9 * share;
  sums[lane * 32u + 10u] = sum10 * share;
  sums[lane * 32u + 11u] = sum11 * share;
  sums[lane * 32u + 12u] = sum12 * share;
  sums[lane * 32u + 13u] = sum13 * share;
  sums[lane * 32u + 14u] = sum14 * share;
  sums[lane * 32u + 15u] = sum15 * share;
  sums[lane * 32u + 16u] = sum16 * share;
  sums[lane * 32u + 17u] = sum17 * share;
  sums[lane * 32u + 18u] = sum18 * share;
  sums[lane * 32u + 19u] = sum19 * share;
  sums[lane * 32u + 20u] = sum20 * share;
  sums[lane * 32u + 21u] = sum21 * share;
  sums[lane * 32u + 22u] = sum22 * share;
  sums[lane * 32u + 23u] = sum23 * share;
  sums[lane * 32u + 24u] = sum24 * share;
  sums[lane * 32u + 25u] = sum25 * share;
  sums[lane * 32u + 26u] = sum26 * share;
  sums[lane * 32u + 27u] = sum27 * share;
  sums[lane * 32u + 28u] = sum28 * share;
  sums[lane * 32u + 29u] = sum29 * share;
  sums[lane * 32u + 30u] = sum30 * share;
  sums[lane * 32u + 31u] = sum31 * share;
  workgroupBarrier();
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  var total = 0.0;
  for (var l = 0u; l < 16u; l++) { total += normalisers[l]; }
  let factor = select(0.0, 1.0 / total, total > 0.0);
  for (var c = lane; c < 32u; c += 16u) {
    var whole = vec4f();
    for (var l = 0u; l < 16u; l++) { whole += sums[l * 32u + c]; }
    for (var i = 0u; i < min(4u, dimension - 4u * c); i++) {
      result[index * dimension + 4u * c + i] = whole[i] * factor;
    }
  }
}
