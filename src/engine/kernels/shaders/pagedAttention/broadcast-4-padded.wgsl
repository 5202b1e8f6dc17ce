enable subgroups;
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
  return q[head * 32u + c];
}

/** First position that a row at `position` sees. */
fn first_seen(position: u32) -> u32 {
  return select(0u, position + 1u - min(shape.window, position + 1u), shape.window > 0u);
}

@compute @workgroup_size(4)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) member: u32,
) {
  let rows = step[0];
  let first_pair = (group.x * 4u + lane) * 1u;
  let walk_from = group.x * 4u * 1u;
  let walk_pairs = 4u * 1u;
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
  let query0_8 = load_query(query_at0, 8u) * shape.scale;
  var sum0_8 = vec4f();
  let query0_9 = load_query(query_at0, 9u) * shape.scale;
  var sum0_9 = vec4f();
  let query0_10 = load_query(query_at0, 10u) * shape.scale;
  var sum0_10 = vec4f();
  let query0_11 = load_query(query_at0, 11u) * shape.scale;
  var sum0_11 = vec4f();
  let query0_12 = load_query(query_at0, 12u) * shape.scale;
  var sum0_12 = vec4f();
  let query0_13 = load_query(query_at0, 13u) * shape.scale;
  var sum0_13 = vec4f();
  let query0_14 = load_query(query_at0, 14u) * shape.scale;
  var sum0_14 = vec4f();
  let query0_15 = load_query(query_at0, 15u) * shape.scale;
  var sum0_15 = vec4f();
  let query0_16 = load_query(query_at0, 16u) * shape.scale;
  var sum0_16 = vec4f();
  let query0_17 = load_query(query_at0, 17u) * shape.scale;
  var sum0_17 = vec4f();
  let query0_18 = load_query(query_at0, 18u) * shape.scale;
  var sum0_18 = vec4f();
  let query0_19 = load_query(query_at0, 19u) * shape.scale;
  var sum0_19 = vec4f();
  let query0_20 = load_query(query_at0, 20u) * shape.scale;
  var sum0_20 = vec4f();
  let query0_21 = load_query(query_at0, 21u) * shape.scale;
  var sum0_21 = vec4f();
  let query0_22 = load_query(query_at0, 22u) * shape.scale;
  var sum0_22 = vec4f();
  let query0_23 = load_query(query_at0, 23u) * shape.scale;
  var sum0_23 = vec4f();
  let query0_24 = load_query(query_at0, 24u) * shape.scale;
  var sum0_24 = vec4f();
  let query0_25 = load_query(query_at0, 25u) * shape.scale;
  var sum0_25 = vec4f();
  let query0_26 = load_query(query_at0, 26u) * shape.scale;
  var sum0_26 = vec4f();
  let query0_27 = load_query(query_at0, 27u) * shape.scale;
  var sum0_27 = vec4f();
  let query0_28 = load_query(query_at0, 28u) * shape.scale;
  var sum0_28 = vec4f();
  let query0_29 = load_query(query_at0, 29u) * shape.scale;
  var sum0_29 = vec4f();
  let query0_30 = load_query(query_at0, 30u) * shape.scale;
  var sum0_30 = vec4f();
  let query0_31 = load_query(query_at0, 31u) * shape.scale;
  var sum0_31 = vec4f();
  var highest0 = -3.0e38;
  var normaliser0 = 0.0;

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
    {
      for (var j = seen_start; j < seen_end; j++) {
        let at = (table[slot * shape.max_blocks_per_sequence + j / 16u] * shape.kv_heads + group.y) * 512u + (j % 16u) * 32u;
        var score0 = 0.0;
        let loaded_key = array<vec4f, 8>(
          keys[at + min(0u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(1u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(2u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(3u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(4u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(5u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(6u * 4u + member % 4u, 32u - 1u)],
          keys[at + min(7u * 4u + member % 4u, 32u - 1u)],
        );
        let key0 = subgroupBroadcast(loaded_key[0u / 4u], 0u % 4u);
        score0 += dot(query0_0, key0);
        let key1 = subgroupBroadcast(loaded_key[1u / 4u], 1u % 4u);
        score0 += dot(query0_1, key1);
        let key2 = subgroupBroadcast(loaded_key[2u / 4u], 2u % 4u);
        score0 += dot(query0_2, key2);
        let key3 = subgroupBroadcast(loaded_key[3u / 4u], 3u % 4u);
        score0 += dot(query0_3, key3);
        let key4 = subgroupBroadcast(loaded_key[4u / 4u], 4u % 4u);
        score0 += dot(query0_4, key4);
        let key5 = subgroupBroadcast(loaded_key[5u / 4u], 5u % 4u);
        score0 += dot(query0_5, key5);
        let key6 = subgroupBroadcast(loaded_key[6u / 4u], 6u % 4u);
        score0 += dot(query0_6, key6);
        let key7 = subgroupBroadcast(loaded_key[7u / 4u], 7u % 4u);
        score0 += dot(query0_7, key7);
        let key8 = subgroupBroadcast(loaded_key[8u / 4u], 8u % 4u);
        score0 += dot(query0_8, key8);
        let key9 = subgroupBroadcast(loaded_key[9u / 4u], 9u % 4u);
        score0 += dot(query0_9, key9);
        let key10 = subgroupBroadcast(loaded_key[10u / 4u], 10u % 4u);
        score0 += dot(query0_10, key10);
        let key11 = subgroupBroadcast(loaded_key[11u / 4u], 11u % 4u);
        score0 += dot(query0_11, key11);
        let key12 = subgroupBroadcast(loaded_key[12u / 4u], 12u % 4u);
        score0 += dot(query0_12, key12);
        let key13 = subgroupBroadcast(loaded_key[13u / 4u], 13u % 4u);
        score0 += dot(query0_13, key13);
        let key14 = subgroupBroadcast(loaded_key[14u / 4u], 14u % 4u);
        score0 += dot(query0_14, key14);
        let key15 = subgroupBroadcast(loaded_key[15u / 4u], 15u % 4u);
        score0 += dot(query0_15, key15);
        let key16 = subgroupBroadcast(loaded_key[16u / 4u], 16u % 4u);
        score0 += dot(query0_16, key16);
        let key17 = subgroupBroadcast(loaded_key[17u / 4u], 17u % 4u);
        score0 += dot(query0_17, key17);
        let key18 = subgroupBroadcast(loaded_key[18u / 4u], 18u % 4u);
        score0 += dot(query0_18, key18);
        let key19 = subgroupBroadcast(loaded_key[19u / 4u], 19u % 4u);
        score0 += dot(query0_19, key19);
        let key20 = subgroupBroadcast(loaded_key[20u / 4u], 20u % 4u);
        score0 += dot(query0_20, key20);
        let key21 = subgroupBroadcast(loaded_key[21u / 4u], 21u % 4u);
        score0 += dot(query0_21, key21);
        let key22 = subgroupBroadcast(loaded_key[22u / 4u], 22u % 4u);
        score0 += dot(query0_22, key22);
        let key23 = subgroupBroadcast(loaded_key[23u / 4u], 23u % 4u);
        score0 += dot(query0_23, key23);
        let key24 = subgroupBroadcast(loaded_key[24u / 4u], 24u % 4u);
        score0 += dot(query0_24, key24);
        let key25 = subgroupBroadcast(loaded_key[25u / 4u], 25u % 4u);
        score0 += dot(query0_25, key25);
        let key26 = subgroupBroadcast(loaded_key[26u / 4u], 26u % 4u);
        score0 += dot(query0_26, key26);
        let key27 = subgroupBroadcast(loaded_key[27u / 4u], 27u % 4u);
        score0 += dot(query0_27, key27);
        let key28 = subgroupBroadcast(loaded_key[28u / 4u], 28u % 4u);
        score0 += dot(query0_28, key28);
        let key29 = subgroupBroadcast(loaded_key[29u / 4u], 29u % 4u);
        score0 += dot(query0_29, key29);
        let key30 = subgroupBroadcast(loaded_key[30u / 4u], 30u % 4u);
        score0 += dot(query0_30, key30);
        let key31 = subgroupBroadcast(loaded_key[31u / 4u], 31u % 4u);
        score0 += dot(query0_31, key31);
        let inside0 = j >= start0 && j < end0;
        let top0 = select(highest0, max(highest0, score0), inside0);
        let correction0 = exp(highest0 - top0);
        normaliser0 *= correction0;
        highest0 = top0;
        let weight0 = select(0.0, exp(score0 - highest0), inside0);
        normaliser0 += weight0;
        let loaded_value = array<vec4f, 8>(
          values[at + min(0u * 4u + member % 4u, 32u - 1u)],
          values[at + min(1u * 4u + member % 4u, 32u - 1u)],
          values[at + min(2u * 4u + member % 4u, 32u - 1u)],
          values[at + min(3u * 4u + member % 4u, 32u - 1u)],
          values[at + min(4u * 4u + member % 4u, 32u - 1u)],
          values[at + min(5u * 4u + member % 4u, 32u - 1u)],
          values[at + min(6u * 4u + member % 4u, 32u - 1u)],
          values[at + min(7u * 4u + member % 4u, 32u - 1u)],
        );
        let value0 = subgroupBroadcast(loaded_value[0u / 4u], 0u % 4u);
        sum0_0 = sum0_0 * correction0 + weight0 * value0;
        let value1 = subgroupBroadcast(loaded_value[1u / 4u], 1u % 4u);
        sum0_1 = sum0_1 * correction0 + weight0 * value1;
        let value2 = subgroupBroadcast(loaded_value[2u / 4u], 2u % 4u);
        sum0_2 = sum0_2 * correction0 + weight0 * value2;
        let value3 = subgroupBroadcast(loaded_value[3u / 4u], 3u % 4u);
        sum0_3 = sum0_3 * correction0 + weight0 * value3;
        let value4 = subgroupBroadcast(loaded_value[4u / 4u], 4u % 4u);
        sum0_4 = sum0_4 * correction0 + weight0 * value4;
        let value5 = subgroupBroadcast(loaded_value[5u / 4u], 5u % 4u);
        sum0_5 = sum0_5 * correction0 + weight0 * value5;
        let value6 = subgroupBroadcast(loaded_value[6u / 4u], 6u % 4u);
        sum0_6 = sum0_6 * correction0 + weight0 * value6;
        let value7 = subgroupBroadcast(loaded_value[7u / 4u], 7u % 4u);
        sum0_7 = sum0_7 * correction0 + weight0 * value7;
        let value8 = subgroupBroadcast(loaded_value[8u / 4u], 8u % 4u);
        sum0_8 = sum0_8 * correction0 + weight0 * value8;
        let value9 = subgroupBroadcast(loaded_value[9u / 4u], 9u % 4u);
        sum0_9 = sum0_9 * correction0 + weight0 * value9;
        let value10 = subgroupBroadcast(loaded_value[10u / 4u], 10u % 4u);
        sum0_10 = sum0_10 * correction0 + weight0 * value10;
        let value11 = subgroupBroadcast(loaded_value[11u / 4u], 11u % 4u);
        sum0_11 = sum0_11 * correction0 + weight0 * value11;
        let value12 = subgroupBroadcast(loaded_value[12u / 4u], 12u % 4u);
        sum0_12 = sum0_12 * correction0 + weight0 * value12;
        let value13 = subgroupBroadcast(loaded_value[13u / 4u], 13u % 4u);
        sum0_13 = sum0_13 * correction0 + weight0 * value13;
        let value14 = subgroupBroadcast(loaded_value[14u / 4u], 14u % 4u);
        sum0_14 = sum0_14 * correction0 + weight0 * value14;
        let value15 = subgroupBroadcast(loaded_value[15u / 4u], 15u % 4u);
        sum0_15 = sum0_15 * correction0 + weight0 * value15;
        let value16 = subgroupBroadcast(loaded_value[16u / 4u], 16u % 4u);
        sum0_16 = sum0_16 * correction0 + weight0 * value16;
        let value17 = subgroupBroadcast(loaded_value[17u / 4u], 17u % 4u);
        sum0_17 = sum0_17 * correction0 + weight0 * value17;
        let value18 = subgroupBroadcast(loaded_value[18u / 4u], 18u % 4u);
        sum0_18 = sum0_18 * correction0 + weight0 * value18;
        let value19 = subgroupBroadcast(loaded_value[19u / 4u], 19u % 4u);
        sum0_19 = sum0_19 * correction0 + weight0 * value19;
        let value20 = subgroupBroadcast(loaded_value[20u / 4u], 20u % 4u);
        sum0_20 = sum0_20 * correction0 + weight0 * value20;
        let value21 = subgroupBroadcast(loaded_value[21u / 4u], 21u % 4u);
        sum0_21 = sum0_21 * correction0 + weight0 * value21;
        let value22 = subgroupBroadcast(loaded_value[22u / 4u], 22u % 4u);
        sum0_22 = sum0_22 * correction0 + weight0 * value22;
        let value23 = subgroupBroadcast(loaded_value[23u / 4u], 23u % 4u);
        sum0_23 = sum0_23 * correction0 + weight0 * value23;
        let value24 = subgroupBroadcast(loaded_value[24u / 4u], 24u % 4u);
        sum0_24 = sum0_24 * correction0 + weight0 * value24;
        let value25 = subgroupBroadcast(loaded_value[25u / 4u], 25u % 4u);
        sum0_25 = sum0_25 * correction0 + weight0 * value25;
        let value26 = subgroupBroadcast(loaded_value[26u / 4u], 26u % 4u);
        sum0_26 = sum0_26 * correction0 + weight0 * value26;
        let value27 = subgroupBroadcast(loaded_value[27u / 4u], 27u % 4u);
        sum0_27 = sum0_27 * correction0 + weight0 * value27;
        let value28 = subgroupBroadcast(loaded_value[28u / 4u], 28u % 4u);
        sum0_28 = sum0_28 * correction0 + weight0 * value28;
        let value29 = subgroupBroadcast(loaded_value[29u / 4u], 29u % 4u);
        sum0_29 = sum0_29 * correction0 + weight0 * value29;
        let value30 = subgroupBroadcast(loaded_value[30u / 4u], 30u % 4u);
        sum0_30 = sum0_30 * correction0 + weight0 * value30;
        let value31 = subgroupBroadcast(loaded_value[31u / 4u], 31u % 4u);
        sum0_31 = sum0_31 * correction0 + weight0 * value31;
      }
    }
    run = run_end;
  }

  if (row0 < rows) {
    let factor = select(0.0, 1.0 / normaliser0, normaliser0 > 0.0);
    result[index0 * 32u + 0u] = sum0_0 * factor;
    result[index0 * 32u + 1u] = sum0_1 * factor;
    result[index0 * 32u + 2u] = sum0_2 * factor;
    result[index0 * 32u + 3u] = sum0_3 * factor;
    result[index0 * 32u + 4u] = sum0_4 * factor;
    result[index0 * 32u + 5u] = sum0_5 * factor;
    result[index0 * 32u + 6u] = sum0_6 * factor;
    result[index0 * 32u + 7u] = sum0_7 * factor;
    result[index0 * 32u + 8u] = sum0_8 * factor;
    result[index0 * 32u + 9u] = sum0_9 * factor;
    result[index0 * 32u + 10u] = sum0_10 * factor;
    result[index0 * 32u + 11u] = sum0_11 * factor;
    result[index0 * 32u + 12u] = sum0_12 * factor;
    result[index0 * 32u + 13u] = sum0_13 * factor;
    result[index0 * 32u + 14u] = sum0_14 * factor;
    result[index0 * 32u + 15u] = sum0_15 * factor;
    result[index0 * 32u + 16u] = sum0_16 * factor;
    result[index0 * 32u + 17u] = sum0_17 * factor;
    result[index0 * 32u + 18u] = sum0_18 * factor;
    result[index0 * 32u + 19u] = sum0_19 * factor;
    result[index0 * 32u + 20u] = sum0_20 * factor;
    result[index0 * 32u + 21u] = sum0_21 * factor;
    result[index0 * 32u + 22u] = sum0_22 * factor;
    result[index0 * 32u + 23u] = sum0_23 * factor;
    result[index0 * 32u + 24u] = sum0_24 * factor;
    result[index0 * 32u + 25u] = sum0_25 * factor;
    result[index0 * 32u + 26u] = sum0_26 * factor;
    result[index0 * 32u + 27u] = sum0_27 * factor;
    result[index0 * 32u + 28u] = sum0_28 * factor;
    result[index0 * 32u + 29u] = sum0_29 * factor;
    result[index0 * 32u + 30u] = sum0_30 * factor;
    result[index0 * 32u + 31u] = sum0_31 * factor;
  }
}
