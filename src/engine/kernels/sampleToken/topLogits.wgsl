// After a sample: the log probability of the sampled id in the model's own distribution (softmax of the logits, without
// temperature, penalties and mask), and the n most probable ids with theirs, in descending order, smaller ids first among equals.
//
// settings u32 [rows, 16]: word 9 = n, at most 20. logits f32 [rows, size]; chunks: see logitsProcessor.wgsl; sampled: see sampleToken.wgsl.
// top u32 [rows, steps, 41]: bits of the sampled id's log probability, then n pairs of an id and the bits of its own. One round per
// pair: chunks whose maximum cannot win are skipped. Dispatch: rows, one workgroup of 64 each.
@group(0) @binding(0) var<storage, read> settings: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> chunks: array<vec4f>;
@group(0) @binding(3) var<storage, read> sampled: array<u32>;
@group(0) @binding(4) var<storage, read_write> top: array<u32>;
struct Shape {
  size: u32,
  sampled_stride: u32,
}
@group(0) @binding(5) var<uniform> shape: Shape;
var<workgroup> best: array<f32, 64>;
var<workgroup> place: array<u32, 64>;
const least = -3.4e38;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let size = shape.size;
  let row = group.x;
  let count = (size + 63u) / 64u;
  var highest = least;
  for (var c = lane; c < count; c += 64u) { highest = max(highest, chunks[row * count + c].x); }
  best[lane] = highest;
  workgroupBarrier();
  for (var l = 0u; l < 64u; l++) { highest = max(highest, best[l]); }
  workgroupBarrier();
  var part = 0.0;
  for (var c = lane; c < count; c += 64u) {
    let chunk = chunks[row * count + c];
    part += chunk.y * exp(chunk.x - highest);
  }
  best[lane] = part;
  workgroupBarrier();
  var sum = 0.0;
  for (var l = 0u; l < 64u; l++) { sum += best[l]; }
  let whole = highest + log(sum);
  let done = sampled[row * shape.sampled_stride];
  let at = (row * (shape.sampled_stride - 2u) + done - 1u) * 41u;
  let id = min(sampled[row * shape.sampled_stride + 1u + done], size - 1u);
  if (lane == 0u) { top[at] = bitcast<u32>(logits[row * size + id] - whole); }

  var last = 3.4e38;
  var last_id = 0u;
  for (var n = 0u; n < settings[row * 16u + 9u]; n++) {
    var winner = least;
    var winner_id = size;
    for (var c = lane; c < count; c += 64u) {
      if (chunks[row * count + c].x < winner) { continue; }
      for (var i = c * 64u; i < min(c * 64u + 64u, size); i++) {
        let logit = logits[row * size + i];
        let later = logit < last || (logit == last && i > last_id);
        if (later && (logit > winner || (logit == winner && i < winner_id))) {
          winner = logit;
          winner_id = i;
        }
      }
    }
    workgroupBarrier();
    best[lane] = winner;
    place[lane] = winner_id;
    workgroupBarrier();
    for (var l = 0u; l < 64u; l++) {
      if (best[l] > winner || (best[l] == winner && place[l] < winner_id)) {
        winner = best[l];
        winner_id = place[l];
      }
    }
    last = winner;
    last_id = winner_id;
    if (lane == 0u) {
      top[at + 1u + 2u * n] = winner_id;
      top[at + 2u + 2u * n] = bitcast<u32>(winner - whole);
    }
  }
}
