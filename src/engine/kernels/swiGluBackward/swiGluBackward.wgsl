// y = silu(gate) * up, silu(x) = x sigmoid(x):
// gateGradient = dy up sigmoid(gate) (1 + gate (1 - sigmoid(gate))), upGradient = dy silu(gate)
// All f32 [rows, width]. Dispatch: one thread per element, x over width, y over rows.
// The sigmoid is computed from exp(-|x|), which cannot overflow.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> gate: array<f32>;
@group(0) @binding(2) var<storage, read> up: array<f32>;
@group(0) @binding(3) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gateGradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> upGradient: array<f32>;

override width: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= width || id.y >= step[0]) { return; }
  let at = id.y * width + id.x;
  let value = gate[at];
  let decay = exp(-abs(value));
  let sigmoid = select(decay, 1.0, value >= 0.0) / (1.0 + decay);
  // 1 - sigmoid, without cancellation
  let rest = select(1.0, decay, value >= 0.0) / (1.0 + decay);
  let gradient = outputGradient[at];
  gateGradient[at] = gradient * up[at] * sigmoid * (1.0 + value * rest);
  upGradient[at] = gradient * value * sigmoid;
}
