// logits[r, i] = scale * (exp(logits[r, i] - logSums[r]) - (i == labels[r])), or 0 where labels[r] < 0: in place
// logits f32 [rows, vocabulary], labels i32 [rows], logSums f32 [rows], scale f32 [1].
// Dispatch: one thread per element, x over vocabulary, y over rows.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read> logSums: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> logits: array<f32>;

override vocabulary: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= vocabulary || id.y >= step[0]) { return; }
  let at = id.y * vocabulary + id.x;
  let label = labels[id.y];
  var gradient = 0.0;
  if (label >= 0) {
    gradient = scale[0] * (exp(logits[at] - logSums[id.y]) - select(0.0, 1.0, u32(label) == id.x));
  }
  logits[at] = gradient;
}
