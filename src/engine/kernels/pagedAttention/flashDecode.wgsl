// The formula of pagedAttention.wgsl for few rows over many positions. An invocation takes one split, split_blocks blocks of 16
// positions, for HEADS query heads of one key head, and writes its unnormalised sums, maxima and normalisers for flashDecodeReduce
// (Flash-Decoding: Dao et al. 2023). So every key and value is loaded once, and even a single row occupies many cores.
//
// Buffers as there, but out f32 [rows, heads, splits, D4 + 4]: the sum, then maximum, normaliser, 0, 0. Splits without a
// position that the row attends to are not written. No barrier. f32.
// Dispatch: x splits in workgroups of LANES, y key heads * GROUPS, z rows. Values: QUADS, SHARE, HEADS, GROUPS = ceil(SHARE / HEADS),
// LANES, ALIGNED, BLOCK (quads per block, 16 * QUADS), PARTIAL (QUADS + 1), CAPPED.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<u32>;
//#if ALIGNED
@group(0) @binding(4) var<storage, read> q: array<vec4f>;
//#else
@group(0) @binding(4) var<storage, read> q: array<f32>;
//#end
@group(0) @binding(5) var<storage, read> keys: array<vec4f>;
@group(0) @binding(6) var<storage, read> values: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> result: array<vec4f>;
struct Shape {
  kv_heads: u32,
  dimension: u32,
  max_blocks_per_sequence: u32,
  window: u32,
  splits: u32,
  split_blocks: u32,
  scale: f32,
  softcap: f32,
}
@group(0) @binding(8) var<uniform> shape: Shape;

fn load_query(head: u32, c: u32) -> vec4f {
//#if ALIGNED
  return q[head * ${QUADS}u + c];
//#else
  let at = head * shape.dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(shape.dimension);
  return select(vec4f(), vec4f(q[at], q[at + 1u], q[at + 2u], q[at + 3u]), inside);
//#end
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.z;
  let split = group.x * ${LANES}u + lane;
  let position = positions[row];
  let first_seen = select(0u, position + 1u - min(shape.window, position + 1u), shape.window > 0u);
  let start = max(first_seen, split * shape.split_blocks * 16u);
  let end = min(position + 1u, (split + 1u) * shape.split_blocks * 16u);
  if (row >= step[0] || split >= shape.splits || start >= end) { return; }
  let kv_head = group.y / ${GROUPS}u;
  let first_head = (group.y % ${GROUPS}u) * ${HEADS}u;
  //#for h in HEADS
  // The last group may have fewer heads: it then repeats its last one.
  let index$h = (row * shape.kv_heads + kv_head) * ${SHARE}u + min(first_head + ${h}u, ${SHARE}u - 1u);
  //#for c in QUADS
  let query${h}_$c = load_query(index$h, ${c}u) * shape.scale;
  var sum${h}_$c = vec4f();
  //#end
  var highest$h = -3.0e38;
  var normaliser$h = 0.0;
  //#end
  let blocks_at = slots[row] * shape.max_blocks_per_sequence;
  for (var j = start; j < end; j++) {
    let at = (table[blocks_at + j / 16u] * shape.kv_heads + kv_head) * ${BLOCK}u + (j % 16u) * ${QUADS}u;
    //#for h in HEADS
    var score$h = 0.0;
    //#end
    //#for c in QUADS
    let key$c = keys[at + ${c}u];
    //#for h in HEADS
    score$h += dot(query${h}_$c, key$c);
    //#end
    //#end
    //#for h in HEADS
    //#if CAPPED
    // tanh of a large argument overflows on some drivers.
    score$h = shape.softcap * tanh(clamp(score$h / shape.softcap, -15.0, 15.0));
    //#end
    // Branch-free: the many values merged after a branch cost a software driver's compiler more than the branch saves.
    let top$h = max(highest$h, score$h);
    let correction$h = exp(highest$h - top$h);
    highest$h = top$h;
    let weight$h = exp(score$h - highest$h);
    normaliser$h = normaliser$h * correction$h + weight$h;
    //#end
    //#for c in QUADS
    let value$c = values[at + ${c}u];
    //#for h in HEADS
    sum${h}_$c = sum${h}_$c * correction$h + weight$h * value$c;
    //#end
    //#end
  }
  //#for h in HEADS
  let out$h = (index$h * shape.splits + split) * ${PARTIAL}u;
  //#for c in QUADS
  result[out$h + ${c}u] = sum${h}_$c;
  //#end
  result[out$h + ${QUADS}u] = vec4f(highest$h, normaliser$h, 0.0, 0.0);
  //#end
}
