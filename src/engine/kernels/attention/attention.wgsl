// out[r, h] = sum_j softmax_j(scale * q[r, h] . keys[j, h']) values[j, h'],   start[r] <= j < end[r],  h' = h / (heads / kv)
//
// q, out f32 [rows, heads * D]; keys, values f32 [*, kv_heads * D]; spans u32 [rows, 2] = start, end.
// One invocation owns one query head: q and the running sum stay in registers, the maximum and the normaliser are
// corrected as larger scores come (online softmax: Milakov and Gimelshein 2018; Dao et al. 2022), so no matrix of scores exists.
// An empty span gives zeros. Grid: flat over rows * heads. f32.
// Values: QUADS = ceil(D / 4), ALIGNED (D % 4 == 0).
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

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 16u + lane;
  let row = index / heads;
  if ((index + 1u) * dimension > arrayLength(&result)) { return; }
  let kv_head = (index % heads) / (heads / kv_heads);
  let span = spans[row];
  //#for c in QUADS
  let query$c = load_query(index, ${c}u) * scale;
  var sum$c = vec4f();
  //#end
  var highest = -3.0e38;
  var normaliser = 0.0;
  for (var j = span.x; j < span.y; j++) {
    let at = j * kv_heads + kv_head;
    var score = 0.0;
    //#for c in QUADS
    score += dot(query$c, load_key(at, ${c}u));
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
  let factor = select(0.0, 1.0 / normaliser, normaliser > 0.0);
  //#for c in QUADS
  for (var i = 0u; i < min(4u, dimension - 4u * ${c}u); i++) {
    result[index * dimension + 4u * ${c}u + i] = sum$c[i] * factor;
  }
  //#end
}
