// losses[r] = logSum[r] - logits[r, label], logSums[r] = log sum exp logits[r]; both 0 where labels[r] < 0
// logits f32 [rows, vocabulary], labels i32 [rows], losses and logSums f32 [rows].
// Dispatch: one thread per row, x over rows. The maximum is subtracted before exp. Sums in f32, ascending, in partial sums of
// 256 terms: a single running sum would lose tens of thousands of terms that are each below half an ULP of it. No barriers.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> logSums: array<f32>;

override vocabulary: u32;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x;
  if (row >= step[0]) { return; }
  losses[row] = 0.0;
  logSums[row] = 0.0;
  if (labels[row] < 0) { return; }
  let base = row * vocabulary;
  var largest = logits[base];
  for (var i = 1u; i < vocabulary; i++) { largest = max(largest, logits[base + i]); }
  var sum = 0.0;
  for (var begin = 0u; begin < vocabulary; begin += 256u) {
    var part = 0.0;
    let end = min(begin + 256u, vocabulary);
    for (var i = begin; i < end; i++) { part += exp(logits[base + i] - largest); }
    sum += part;
  }
  // (largest - label) first: both can be large although their difference is small.
  losses[row] = (largest - logits[base + u32(labels[row])]) + log(sum);
  logSums[row] = largest + log(sum);
}
