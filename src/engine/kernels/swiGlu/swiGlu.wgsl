// result[i] = gate[i] / (1 + exp(-gate[i])) * up[i],  all f32 [rows, columns]. Dispatch: flat over elements, or over quads of them.
// Values: NUMBER = vec4f if columns is a multiple of 4, else f32.
@group(0) @binding(0) var<storage, read> gate: array<${NUMBER}>;
@group(0) @binding(1) var<storage, read> up: array<${NUMBER}>;
@group(0) @binding(2) var<storage, read_write> result: array<${NUMBER}>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= arrayLength(&result)) { return; }
  let value = gate[i];
  result[i] = value / (1.0 + exp(-value)) * up[i];
}
