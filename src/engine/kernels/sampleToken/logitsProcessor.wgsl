// adjusted[r, i] = (penalised logits[r, i]) / temperature, or `least` where the mask forbids i; and for every chunk of 64 ids
//   chunks[r, c] = (max of the logits, sum exp(logit - max), max of the adjusted, sum exp(adjusted - max)).
//
// Penalties in this order: repetition (multiplies or divides, for ids in the context), frequency (times the id's count in the
// answer), presence. settings u32 [rows, 16]: see sampleToken.ts. logits, adjusted f32 [rows, size]; history u32 [rows, size]: bit 31 =
// in the context, low bits = count in the answer; mask u32 [rows, ceil(size / 32)]: bit i % 32 of word i / 32 = id i is allowed.
// chunks f32 [rows, ceil(size / 64), 4]. One invocation per chunk; no barrier. Dispatch: flat over rows * chunks. f32.
@group(0) @binding(0) var<storage, read> settings: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> history: array<u32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> adjusted: array<f32>;
@group(0) @binding(5) var<storage, read_write> chunks: array<vec4f>;
struct Shape {
  size: u32,
  sampled_stride: u32,
}
@group(0) @binding(6) var<uniform> shape: Shape;
const least = -3.4e38;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = shape.size;
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= arrayLength(&chunks)) { return; }
  let per_row = (size + 63u) / 64u;
  let row = index / per_row;
  let first = (index % per_row) * 64u;
  let end = min(first + 64u, size);
  let temperature = bitcast<f32>(settings[row * 16u]);
  let repetition = bitcast<f32>(settings[row * 16u + 4u]);
  let frequency = bitcast<f32>(settings[row * 16u + 5u]);
  let presence = bitcast<f32>(settings[row * 16u + 6u]);
  let masked = settings[row * 16u + 8u] == 1u;
  let penalised = repetition != 1.0 || frequency != 0.0 || presence != 0.0;
  var highest = least;
  var highest_adjusted = least;
  for (var i = first; i < end; i++) {
    let logit = logits[row * size + i];
    var value = logit;
    if (penalised) {
      let word = history[row * size + i];
      let count = word & 0x7fffffffu;
      if (word >= 0x80000000u) { value = select(value / repetition, value * repetition, value < 0.0); }
      value -= frequency * f32(count);
      value -= select(0.0, presence, count > 0u);
    }
    if (temperature > 0.0) { value /= temperature; }
    if (masked && ((mask[row * ((size + 31u) / 32u) + i / 32u] >> (i % 32u)) & 1u) == 0u) { value = least; }
    // Adding 0 turns -0 into 0: they are equal as numbers and must be equal as bits.
    value = max(value, least) + 0.0;
    adjusted[row * size + i] = value;
    highest = max(highest, logit);
    highest_adjusted = max(highest_adjusted, value);
  }
  var sum = 0.0;
  var sum_adjusted = 0.0;
  for (var i = first; i < end; i++) {
    sum += exp(logits[row * size + i] - highest);
    sum_adjusted += exp(adjusted[row * size + i] - highest_adjusted);
  }
  chunks[index] = vec4f(highest, sum, highest_adjusted, sum_adjusted);
}
