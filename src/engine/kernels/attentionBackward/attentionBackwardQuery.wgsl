// queryGradient[t, h] = scale * sum over keys j = starts[t] .. t of p_j (dy . v_j - delta) k_j,
// p_j = exp(scale q . k_j - logSum): probabilities are recomputed, never stored.
// query, outputGradient, queryGradient f32 [rows, heads, width], key and value f32 [rows, keyValueHeads, width],
// starts u32 [capacity], statistics f32 [rows, heads, 2] = (logSum, delta).
// Dispatch: one thread per (row, head), x over rows * heads. f32, ascending j. No barriers.
// Dao and others, "FlashAttention", backward pass.
@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> query: array<f32>;
@group(0) @binding(2) var<storage, read> key: array<f32>;
@group(0) @binding(3) var<storage, read> value: array<f32>;
@group(0) @binding(4) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(5) var<storage, read> statistics: array<f32>;
@group(0) @binding(6) var<storage, read_write> queryGradient: array<f32>;

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
  let own = id.x * width;
  let logSum = statistics[2u * id.x];
  let delta = statistics[2u * id.x + 1u];
  var sums: array<f32, width>;
  for (var j = starts[row]; j <= row; j++) {
    let base = (j * keyValueHeads + keyHead) * width;
    var score = 0.0;
    var change = 0.0;
    for (var i = 0u; i < width; i++) {
      score += query[own + i] * key[base + i];
      change += outputGradient[own + i] * value[base + i];
    }
    let factor = scale * exp(scale * score - logSum) * (change - delta);
    for (var i = 0u; i < width; i++) { sums[i] += factor * key[base + i]; }
  }
  for (var i = 0u; i < width; i++) { queryGradient[own + i] = sums[i]; }
}
