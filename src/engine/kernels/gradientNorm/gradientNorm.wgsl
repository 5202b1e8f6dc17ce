// partials[p] = sum over i = p, p + 256, p + 512 ... < length of gradients[i]^2
// gradients f32 [length], partials f32 [256]. Dispatch: 256 threads. Two levels of f32 sums: each thread adds runs of 64 terms.
@group(0) @binding(0) var<storage, read> gradients: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;

override length: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var total = 0.0;
  var i = id.x;
  while (i < length) {
    var run = 0.0;
    for (var j = 0u; j < 64u && i < length; j++) {
      run += gradients[i] * gradients[i];
      i += 256u;
    }
    total += run;
  }
  partials[id.x] = total;
}
