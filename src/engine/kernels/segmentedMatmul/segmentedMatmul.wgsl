// result[s, m, n] += scale * sum over rows t of segment s of left[t, m] * right[t, n]
// left f32 [rows, height], right f32 [rows, columns], segments u32 [segmentCount, 2] = first row, one past the last;
// result f32, matrix s at element place[0] + s * place[1], [height, columns].
// Dispatch: one thread per 4 x 4 elements; x over columns, y over height, z over segments. f32, ascending t, hence
// deterministic. No barriers.
@group(0) @binding(0) var<storage, read> segments: array<u32>;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read> place: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

override columns: u32;
override height: u32;
override scale: f32;

fn store(base: u32, m: u32, n: u32, sum: vec4<f32>) {
  if (m >= height) { return; }
  for (var i = 0u; i < min(4u, columns - n); i++) {
    result[base + m * columns + n + i] += scale * sum[i];
  }
}

@compute @workgroup_size(4, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x * 4u;
  let m = id.y * 4u;
  if (n >= columns || m >= height) { return; }
  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  for (var t = segments[2u * id.z]; t < segments[2u * id.z + 1u]; t++) {
    let at = t * columns + n;
    let values = vec4<f32>(right[at], right[at + 1u], right[at + 2u], right[at + 3u]);
    let first = t * height + m;
    sum0 += left[first] * values;
    sum1 += left[first + 1u] * values;
    sum2 += left[first + 2u] * values;
    sum3 += left[first + 3u] * values;
  }
  let base = place[0] + id.z * place[1];
  store(base, m, n, sum0);
  store(base, m + 1u, n, sum1);
  store(base, m + 2u, n, sum2);
  store(base, m + 3u, n, sum3);
}
