@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> slots: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<u32>;
@group(0) @binding(4) var<storage, read> q: array<vec4f>;
@group(0) @binding(5) var<storage, read> keys: array<vec4f>;
@group(0) @binding(6) var<storage, read> values: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> result: array<vec4f>;
struct Shape {
  kv_heads: u32,
  dimension: u32,
  max_blocks_per_sequence: u32,
  window: u32,
  scale: f32,
  softcap: f32,
}
@group(0) @binding(8) var<uniform> shape: Shape;

fn load_query(head: u32, c: u32) -> vec4f {
  return q[head * 8u + c];
}

/** First position that a row at `position` sees. */
fn first_seen(position: u32) -> u32 {
  return select(0u, position + 1u - min(shape.window, position + 1u), shape.window > 0u);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let rows = step[0];
  let first_pair = (group.x * 8u + lane) * 2u;
  let walk_from = first_pair;
  let walk_pairs = 2u;
  let end_row = min(rows, (walk_from + walk_pairs - 1u) / 2u + 1u);
  var run = walk_from / 2u;
  if (run >= end_row) { return; }
  let row0 = (first_pair + 0u) / 2u;
  let index0 = (row0 * shape.kv_heads + group.y) * 2u + (first_pair + 0u) % 2u;
  let query_at0 = select(0u, index0, row0 < rows);
  let query0_0 = load_query(query_at0, 0u) * shape.scale;
  var sum0_0 = vec4f();
  let query0_1 = load_query(query_at0, 1u) * shape.scale;
  var sum0_1 = vec4f();
  let query0_2 = load_query(query_at0, 2u) * shape.scale;
  var sum0_2 = vec4f();
  let query0_3 = load_query(query_at0, 3u) * shape.scale;
  var sum0_3 = vec4f();
  let query0_4 = load_query(query_at0, 4u) * shape.scale;
  var sum0_4 = vec4f();
  let query0_5 = load_query(query_at0, 5u) * shape.scale;
  var sum0_5 = vec4f();
  let query0_6 = load_query(query_at0, 6u) * shape.scale;
  var sum0_6 = vec4f();
  let query0_7 = load_query(query_at0, 7u) * shape.scale;
  var sum0_7 = vec4f();
  var highest0 = -3.0e38;
  var normaliser0 = 0.0;
  let row1 = (first_pair + 1u) / 2u;
  let index1 = (row1 * shape.kv_heads + group.y) * 2u + (first_pair + 1u) % 2u;
  let query_at1 = select(0u, index1, row1 < rows);
  let query1_0 = load_query(query_at1, 0u) * shape.scale;
  var sum1_0 = vec4f();
  let query1_1 = load_query(query_at1, 1u) * shape.scale;
  var sum1_1 = vec4f();
  let query1_2 = load_query(query_at1, 2u) * shape.scale;
  var sum1_2 = vec4f();
  let query1_3 = load_query(query_at1, 3u) * shape.scale;
  var sum1_3 = vec4f();
  let query1_4 = load_query(query_at1, 4u) * shape.scale;
  var sum1_4 = vec4f();
  let query1_5 = load_query(query_at1, 5u) * shape.scale;
  var sum1_5 = vec4f();
  let query1_6 = load_query(query_at1, 6u) * shape.scale;
  var sum1_6 = vec4f();
  let query1_7 = load_query(query_at1, 7u) * shape.scale;
  var sum1_7 = vec4f();
  var highest1 = -3.0e38;
  var normaliser1 = 0.0;

  while (run < end_row) {
    let slot = slots[run];
    var seen_start = first_seen(positions[run]);
    var seen_end = positions[run] + 1u;
    var run_end = run + 1u;
    while (run_end < end_row && slots[run_end] == slot) {
      seen_start = min(seen_start, first_seen(positions[run_end]));
      seen_end = max(seen_end, positions[run_end] + 1u);
      run_end += 1u;
    }
    let mine0 = row0 >= run && row0 < run_end;
    let position0 = positions[min(row0, rows - 1u)];
    let start0 = select(0u, first_seen(position0), mine0);
    let end0 = select(0u, position0 + 1u, mine0);
    let mine1 = row1 >= run && row1 < run_end;
    let position1 = positions[min(row1, rows - 1u)];
    let start1 = select(0u, first_seen(position1), mine1);
    let end1 = select(0u, position1 + 1u, mine1);
    {
      for (var j = seen_start; j < seen_end; j++) {
        let at = (table[slot * shape.max_blocks_per_sequence + j / 16u] * shape.kv_heads + group.y) * 128u + (j % 16u) * 8u;
        var score0 = 0.0;
        var score1 = 0.0;
        let key0 = keys[at + 0u];
        score0 += dot(query0_0, key0);
        score1 += dot(query1_0, key0);
        let key1 = keys[at + 1u];
        score0 += dot(query0_1, key1);
        score1 += dot(query1_1, key1);
        let key2 = keys[at + 2u];
        score0 += dot(query0_2, key2);
        score1 += dot(query1_2, key2);
        let key3 = keys[at + 3u];
        score0 += dot(query0_3, key3);
        score1 += dot(query1_3, key3);
        let key4 = keys[at + 4u];
        score0 += dot(query0_4, key4);
        score1 += dot(query1_4, key4);
        let key5 = keys[at + 5u];
        score0 += dot(query0_5, key5);
        score1 += dot(query1_5, key5);
        let key6 = keys[at + 6u];
        score0 += dot(query0_6, key6);
        score1 += dot(query1_6, key6);
        let key7 = keys[at + 7u];
        score0 += dot(query0_7, key7);
        score1 += dot(query1_7, key7);
        let inside0 = j >= start0 && j < end0;
        let top0 = select(highest0, max(highest0, score0), inside0);
        let correction0 = exp(highest0 - top0);
        normaliser0 *= correction0;
        highest0 = top0;
        let weight0 = select(0.0, exp(score0 - highest0), inside0);
        normaliser0 += weight0;
        let inside1 = j >= start1 && j < end1;
        let top1 = select(highest1, max(highest1, score1), inside1);
        let correction1 = exp(highest1 - top1);
        normaliser1 *= correction1;
        highest1 = top1;
        let weight1 = select(0.0, exp(score1 - highest1), inside1);
        normaliser1 += weight1;
        let value0 = values[at + 0u];
        sum0_0 = sum0_0 * correction0 + weight0 * value0;
        sum1_0 = sum1_0 * correction1 + weight1 * value0;
        let value1 = values[at + 1u];
        sum0_1 = sum0_1 * correction0 + weight0 * value1;
        sum1_1 = sum1_1 * correction1 + weight1 * value1;
        let value2 = values[at + 2u];
        sum0_2 = sum0_2 * correction0 + weight0 * value2;
        sum1_2 = sum1_2 * correction1 + weight1 * value2;
        let value3 = values[at + 3u];
        sum0_3 = sum0_3 * correction0 + weight0 * value3;
        sum1_3 = sum1_3 * correction1 + weight1 * value3;
        let value4 = values[at + 4u];
        sum0_4 = sum0_4 * correction0 + weight0 * value4;
        sum1_4 = sum1_4 * correction1 + weight1 * value4;
        let value5 = values[at + 5u];
        sum0_5 = sum0_5 * correction0 + weight0 * value5;
        sum1_5 = sum1_5 * correction1 + weight1 * value5;
        let value6 = values[at + 6u];
        sum0_6 = sum0_6 * correction0 + weight0 * value6;
        sum1_6 = sum1_6 * correction1 + weight1 * value6;
        let value7 = values[at + 7u];
        sum0_7 = sum0_7 * correction0 + weight0 * value7;
        sum1_7 = sum1_7 * correction1 + weight1 * value7;
      }
    }
    run = run_end;
  }

  if (row0 < rows) {
    let factor = select(0.0, 1.0 / normaliser0, normaliser0 > 0.0);
    result[index0 * 8u + 0u] = sum0_0 * factor;
    result[index0 * 8u + 1u] = sum0_1 * factor;
    result[index0 * 8u + 2u] = sum0_2 * factor;
    result[index0 * 8u + 3u] = sum0_3 * factor;
    result[index0 * 8u + 4u] = sum0_4 * factor;
    result[index0 * 8u + 5u] = sum0_5 * factor;
    result[index0 * 8u + 6u] = sum0_6 * factor;
    result[index0 * 8u + 7u] = sum0_7 * factor;
  }
  if (row1 < rows) {
    let factor = select(0.0, 1.0 / normaliser1, normaliser1 > 0.0);
    result[index1 * 8u + 0u] = sum1_0 * factor;
    result[index1 * 8u + 1u] = sum1_1 * factor;
    result[index1 * 8u + 2u] = sum1_2 * factor;
    result[index1 * 8u + 3u] = sum1_3 * factor;
    result[index1 * 8u + 4u] = sum1_4 * factor;
    result[index1 * 8u + 5u] = sum1_5 * factor;
    result[index1 * 8u + 6u] = sum1_6 * factor;
    result[index1 * 8u + 7u] = sum1_7 * factor;
  }
}
