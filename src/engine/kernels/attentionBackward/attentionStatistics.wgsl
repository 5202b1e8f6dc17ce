// For row t and query head h over the keys starts[t] .. t, with s_j = scale q . k_j:
// logSums[t, h] = log sum_j exp s_j;  deltas[t, h] = y[t, h] . dy[t, h]
// query, output, outputGradient f32 [rows, heads, width], key f32 [rows, keyValueHeads, width], starts u32 [rows],
// logSums and deltas f32 [rows, heads]. Dispatch: one thread a (row, head), x over rows * heads.
// Running maximum and sum as in Milakov and Gimelshein, "Online normalizer calculation for softmax". No barriers.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> query: array<f32>;
@group(0) @binding(3) var<storage, read> key: array<f32>;
@group(0) @binding(4) var<storage, read> output: array<f32>;
@group(0) @binding(5) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(6) var<storage, read_write> logSums: array<f32>;
@group(0) @binding(7) var<storage, read_write> deltas: array<f32>;

const width = ${width}u;
override heads: u32;
override keyValueHeads: u32;
override scale: f32;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= step[0] * heads) { return; }
  let row = id.x / heads;
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
  logSums[id.x] = largest + log(sum);
  deltas[id.x] = delta;
}
