// With r = 1 / sqrt(mean(x^2) + epsilon) and y = x r w:
// inputGradient = (accumulate ? inputGradient : 0) + r (w dy - x r^2 mean(w dy x))
// input, outputGradient, inputGradient f32 [rows * groups, width], weight f32 [width].
// Dispatch: one thread per vector of `width`, x over rows * groups. Sums in f32, ascending. No barriers.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> inputGradient: array<f32>;

override width: u32;
override groups: u32;
override epsilon: f32;
override accumulate: u32;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= step[0] * groups) { return; }
  let base = id.x * width;
  var squares = 0.0;
  var products = 0.0;
  for (var i = 0u; i < width; i++) {
    let value = input[base + i];
    squares += value * value;
    products += weight[i] * outputGradient[base + i] * value;
  }
  let inverse = 1.0 / sqrt(squares / f32(width) + epsilon);
  let alongInput = products / f32(width) * inverse * inverse;
  for (var i = 0u; i < width; i++) {
    let before = select(0.0, inputGradient[base + i], accumulate == 1u);
    inputGradient[base + i] = before + inverse * (weight[i] * outputGradient[base + i] - input[base + i] * alongInput);
  }
}
