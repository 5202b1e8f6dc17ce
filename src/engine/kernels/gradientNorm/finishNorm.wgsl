// norm[0] = sqrt(sum of partials). partials f32 [256], norm f32 [1]. Dispatch: one thread, which adds in ascending order.
@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var total = 0.0;
  for (var i = 0u; i < 256u; i++) { total += partials[i]; }
  norm[0] = sqrt(total);
}
