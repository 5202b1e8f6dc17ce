// values[i] = 0 for i < length. values f32 [length]. Dispatch: one thread per 16 elements, x over length.
@group(0) @binding(0) var<storage, read_write> values: array<f32>;

override length: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let first = id.x * 16u;
  for (var i = first; i < min(first + 16u, length); i++) { values[i] = 0.0; }
}
