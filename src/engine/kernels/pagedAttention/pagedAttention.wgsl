// out[r, h] = sum_j softmax_j(scale * q[r, h] . key[j, h']) value[j, h'],   h' = h / SHARE,   j the positions that row r attends to:
//   max(0, positions[r] + 1 - window) <= j <= positions[r], or from 0 if window is 0.
//
// q, out f32 [rows, heads * D]; keys, values f32 [blocks, kv_heads, 16, D4], D4 = D rounded up to 4, zero beyond D: position j of
// sequence s is at slot j % 16 of block table[s * max_blocks_per_sequence + j / 16]. positions, slots u32 [rows]: the position of row r
// and its sequence's row of the table; step u32 [4]: active rows. Rows of one sequence should be adjacent.
//
// An invocation owns PAIRS pairs of a row and a query head that share a key head, so that each key and value that it loads serves
// all of them: on software drivers, loads dominate. It walks over the runs of rows of one sequence.
// The maxima and normalisers are corrected whenever a larger score appears (online softmax: Milakov and Gimelshein 2018;
// FlashAttention: Dao et al. 2022), so no score matrix exists.
// TOGETHER: all invocations of a workgroup walk over the keys that any of them attends to.
// STAGED: they first copy a block's keys and values into workgroup memory; otherwise there is no barrier.
// SHARE_LANES (not 0): that many lanes load a different quad each of a key or value and broadcast it: drivers that load lane by
// lane would otherwise load the same quad for each lane. Subgroups may be larger: lane l loads the same as lane l % SHARE_LANES.
// CAPPED: scores s become softcap * tanh(s / softcap). f32.
// Dispatch: x tiles of LANES * PAIRS pairs, y key heads. Values: QUADS = D4 / 4, SHARE (query heads per key head), LANES, PAIRS,
// ALIGNED (D % 4 == 0), TOGETHER, STAGED, SHARE_LANES, LOADS = QUADS / SHARE_LANES rounded up, BLOCK (quads per block, 16 * QUADS),
// CAPPED.
//#if SHARE_LANES
enable subgroups;
//#end
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
//#if ALIGNED
@group(0) @binding(7) var<storage, read_write> result: array<vec4f>;
//#else
@group(0) @binding(7) var<storage, read_write> result: array<f32>;
//#end
struct Shape {
  kv_heads: u32,
  dimension: u32,
  max_blocks_per_sequence: u32,
  window: u32,
  scale: f32,
  softcap: f32,
}
@group(0) @binding(8) var<uniform> shape: Shape;
//#if STAGED
var<workgroup> staged_keys: array<vec4f, ${BLOCK}>;
var<workgroup> staged_values: array<vec4f, ${BLOCK}>;
//#end

fn load_query(head: u32, c: u32) -> vec4f {
//#if ALIGNED
  return q[head * ${QUADS}u + c];
//#else
  let at = head * shape.dimension + 4u * c;
  let inside = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(shape.dimension);
  return select(vec4f(), vec4f(q[at], q[at + 1u], q[at + 2u], q[at + 3u]), inside);
//#end
}

/** First position that a row at `position` sees. */
fn first_seen(position: u32) -> u32 {
  return select(0u, position + 1u - min(shape.window, position + 1u), shape.window > 0u);
}

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  //#if SHARE_LANES
  @builtin(subgroup_invocation_id) member: u32,
  //#end
) {
  let rows = step[0];
  let first_pair = (group.x * ${LANES}u + lane) * ${PAIRS}u;
  //#if TOGETHER
  let walk_from = group.x * ${LANES}u * ${PAIRS}u;
  let walk_pairs = ${LANES}u * ${PAIRS}u;
  //#else
  let walk_from = first_pair;
  let walk_pairs = ${PAIRS}u;
  //#end
  let end_row = min(rows, (walk_from + walk_pairs - 1u) / ${SHARE}u + 1u);
  var run = walk_from / ${SHARE}u;
  if (run >= end_row) { return; }
  //#for p in PAIRS
  let row$p = (first_pair + ${p}u) / ${SHARE}u;
  let index$p = (row$p * shape.kv_heads + group.y) * ${SHARE}u + (first_pair + ${p}u) % ${SHARE}u;
  let query_at$p = select(0u, index$p, row$p < rows);
  //#for c in QUADS
  let query${p}_$c = load_query(query_at$p, ${c}u) * shape.scale;
  var sum${p}_$c = vec4f();
  //#end
  var highest$p = -3.0e38;
  var normaliser$p = 0.0;
  //#end

  while (run < end_row) {
    // The next rows of one sequence, and the union of the positions that they attend to.
    let slot = slots[run];
    var seen_start = first_seen(positions[run]);
    var seen_end = positions[run] + 1u;
    var run_end = run + 1u;
    while (run_end < end_row && slots[run_end] == slot) {
      seen_start = min(seen_start, first_seen(positions[run_end]));
      seen_end = max(seen_end, positions[run_end] + 1u);
      run_end += 1u;
    }
    //#for p in PAIRS
    let mine$p = row$p >= run && row$p < run_end;
    let position$p = positions[min(row$p, rows - 1u)];
    let start$p = select(0u, first_seen(position$p), mine$p);
    let end$p = select(0u, position$p + 1u, mine$p);
    //#end
    //#if STAGED
    for (var block = seen_start / 16u; block < (seen_end + 15u) / 16u; block++) {
      let base = (table[slot * shape.max_blocks_per_sequence + block] * shape.kv_heads + group.y) * ${BLOCK}u;
      workgroupBarrier();
      for (var i = lane; i < ${BLOCK}u; i += ${LANES}u) {
        staged_keys[i] = keys[base + i];
        staged_values[i] = values[base + i];
      }
      workgroupBarrier();
      for (var j = max(seen_start, block * 16u); j < min(seen_end, block * 16u + 16u); j++) {
        let at = (j % 16u) * ${QUADS}u;
    //#else
    {
      for (var j = seen_start; j < seen_end; j++) {
        let at = (table[slot * shape.max_blocks_per_sequence + j / 16u] * shape.kv_heads + group.y) * ${BLOCK}u + (j % 16u) * ${QUADS}u;
    //#end
        //#for p in PAIRS
        var score$p = 0.0;
        //#end
        //#if SHARE_LANES
        let loaded_key = array<vec4f, ${LOADS}>(
          //#for g in LOADS
          keys[at + min(${g}u * ${SHARE_LANES}u + member % ${SHARE_LANES}u, ${QUADS}u - 1u)],
          //#end
        );
        //#end
        //#for c in QUADS
        //#if STAGED
        let key$c = staged_keys[at + ${c}u];
        //#else
        //#if SHARE_LANES
        let key$c = subgroupBroadcast(loaded_key[${c}u / ${SHARE_LANES}u], ${c}u % ${SHARE_LANES}u);
        //#else
        let key$c = keys[at + ${c}u];
        //#end
        //#end
        //#for p in PAIRS
        score$p += dot(query${p}_$c, key$c);
        //#end
        //#end
        //#for p in PAIRS
        //#if CAPPED
        // tanh of a large argument overflows on some drivers.
        score$p = shape.softcap * tanh(clamp(score$p / shape.softcap, -15.0, 15.0));
        //#end
        let inside$p = j >= start$p && j < end$p;
        let top$p = select(highest$p, max(highest$p, score$p), inside$p);
        //#if STAGED
        if (top$p > highest$p) {
          let correction = exp(highest$p - top$p);
          normaliser$p *= correction;
          //#for c in QUADS
          sum${p}_$c *= correction;
          //#end
        }
        //#else
        // Branch-free: the many values merged after a branch cost a software driver's compiler more than the branch saves.
        let correction$p = exp(highest$p - top$p);
        normaliser$p *= correction$p;
        //#end
        highest$p = top$p;
        let weight$p = select(0.0, exp(score$p - highest$p), inside$p);
        normaliser$p += weight$p;
        //#end
        //#if SHARE_LANES
        let loaded_value = array<vec4f, ${LOADS}>(
          //#for g in LOADS
          values[at + min(${g}u * ${SHARE_LANES}u + member % ${SHARE_LANES}u, ${QUADS}u - 1u)],
          //#end
        );
        //#end
        //#for c in QUADS
        //#if STAGED
        let value$c = staged_values[at + ${c}u];
        //#else
        //#if SHARE_LANES
        let value$c = subgroupBroadcast(loaded_value[${c}u / ${SHARE_LANES}u], ${c}u % ${SHARE_LANES}u);
        //#else
        let value$c = values[at + ${c}u];
        //#end
        //#end
        //#for p in PAIRS
        //#if STAGED
        sum${p}_$c += weight$p * value$c;
        //#else
        sum${p}_$c = sum${p}_$c * correction$p + weight$p * value$c;
        //#end
        //#end
        //#end
      }
    }
    run = run_end;
  }

  //#for p in PAIRS
  if (row$p < rows) {
    let factor = select(0.0, 1.0 / normaliser$p, normaliser$p > 0.0);
    //#for c in QUADS
    //#if ALIGNED
    result[index$p * ${QUADS}u + ${c}u] = sum${p}_$c * factor;
    //#else
    for (var i = 0u; i < min(4u, shape.dimension - ${c}u * 4u); i++) {
      result[index$p * shape.dimension + ${c}u * 4u + i] = sum${p}_$c[i] * factor;
    }
    //#end
    //#end
  }
  //#end
}
