// AdamW with clipping by the global gradient norm (Loshchilov and Hutter, "Decoupled weight decay regularization"):
//   g = gradient * (maximum > 0 ? min(1, maximum / (norm + 1e-6)) : 1)
//   p = p (1 - rate decay); m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2
//   p = p - rate (m / correction1) / (sqrt(v / correction2) + epsilon)
// settings f32 [8] = rate, decay, maximum, correction1 (1 - b1^t), correction2 (1 - b2^t), b1, b2, epsilon; norm f32 [1];
// all others f32 [length]. Dispatch: one thread per 16 elements, x over length.
@group(0) @binding(0) var<storage, read> settings: array<f32>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read> gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> firstMoments: array<f32>;
@group(0) @binding(5) var<storage, read_write> secondMoments: array<f32>;

override length: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let rate = settings[0];
  let maximum = settings[2];
  let beta1 = settings[5];
  let beta2 = settings[6];
  var clip = 1.0;
  if (maximum > 0.0) { clip = min(1.0, maximum / (norm[0] + 1e-6)); }
  let first = id.x * 16u;
  for (var i = first; i < min(first + 16u, length); i++) {
    let gradient = gradients[i] * clip;
    let firstMoment = beta1 * firstMoments[i] + (1.0 - beta1) * gradient;
    let secondMoment = beta2 * secondMoments[i] + (1.0 - beta2) * gradient * gradient;
    firstMoments[i] = firstMoment;
    secondMoments[i] = secondMoment;
    let decayed = parameters[i] * (1.0 - rate * settings[1]);
    parameters[i] = decayed - rate * (firstMoment / settings[3]) / (sqrt(secondMoment / settings[4]) + settings[7]);
  }
}
