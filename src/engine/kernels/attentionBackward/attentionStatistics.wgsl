// For row t and query head h over the keys starts[t] .. t, with s_j = scale q . k_j:
// statistics[t, h] = (log sum_j exp s_j, y[t, h] . dy[t, h])
// query, output, outputGradient f32 [rows, heads, width], key f32 [rows, keyValueHeads, width], starts u32 [capacity] with
// values above t for padding rows, statistics f32 [rows, heads, 2].
// Dispatch: one thread per (row, head), x over rows * heads. f32, ascending j. No barriers.
// Running maximum and sum as in Milakov and Gimelshein, "Online normalizer calculation for softmax".
@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> query: array<f32>;
@group(0) @binding(2) var<storage, read> key: array<f32>;
@group(0) @binding(3) var<storage, read> output: array<f32>;
@group(0) @binding(4) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: array<f32>;

const width = ${width}u;
override capacity: u32;
override heads: u32;
override keyValueHeads: u32;
override scale: f32;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x / heads;
  if (row >= capacity) { return; }
  if (starts[row] > row) { return; }
  let keyHead = (id.x % heads) / (heads / keyValueHeads);
  var own: array<f32, width>;
  var delta = 0.0;
  for (var i = 0u; i < width; i++) {
    own[i] = scale * query[id.x * width + i];
    delta += output[id.x * width + i] * outputGradient[id.x * width + i];
  }
  var largest = -3.0e38;
  var sum = 0.0;
  for (var j = starts[row]; j <= row; j++) {
    let base = (j * keyValueHeads + keyHead) * width;
    var score = 0.0;
    for (var i = 0u; i < width; i++) { score += own[i] * key[base + i]; }
    let before = largest;
    largest = max(largest, score);
    sum = sum * exp(before - largest) + exp(score - largest);
  }
  statistics[2u * id.x] = largest + log(sum);
  statistics[2u * id.x + 1u] = delta;
}
