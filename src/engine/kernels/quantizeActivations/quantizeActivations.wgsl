// Rows of f32 as signed bytes, for `linearInt8`. Per 32 elements of a row: d = max |x| / 127, q = round(x / d).
//
// x f32 [rows, columns]; codes u32 [rows, blocks, 8] with blocks = ceil(columns / 32), element i of a block in byte i % 4 of word
// i / 4, zeros beyond the row; factors f32 [rows, blocks, 2] = d, d * (sum of q). One invocation per block.
// Dispatch: flat over rows * blocks, 64 per workgroup; past 65,535 workgroups in y as well.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> codes: array<u32>;
@group(0) @binding(2) var<storage, read_write> factors: array<f32>;
struct Shape {
  columns: u32,
}
@group(0) @binding(3) var<uniform> shape: Shape;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let blocks = (shape.columns + 31u) / 32u;
  let n = (group.y * groups.x + group.x) * 64u + lane;
  if (n >= arrayLength(&x) / shape.columns * blocks) { return; }
  let first = n % blocks * 32u;
  let at = n / blocks * shape.columns + first;
  let count = min(32u, shape.columns - first);
  var largest = 0.0;
  for (var i = 0u; i < count; i++) { largest = max(largest, abs(x[at + i])); }
  let d = largest / 127.0;
  let inverse = select(0.0, 127.0 / largest, largest > 0.0);
  var sum = 0;
  for (var word = 0u; word < 8u; word++) {
    var packed = 0u;
    for (var i = 0u; i < 4u; i++) {
      let element = word * 4u + i;
      if (element < count) {
        let code = i32(round(x[at + element] * inverse));
        sum += code;
        packed |= (u32(code) & 0xffu) << (8u * i);
      }
    }
    codes[n * 8u + word] = packed;
  }
  factors[n * 2u] = d;
  factors[n * 2u + 1u] = d * f32(sum);
}
