// result[m, n] = (accumulate ? result[m, n] : 0) + scale * sum over k of left[m, k] * right'[k, n]
// left f32 [rows, depth], result f32 [rows, columns]; right f32 from element place[0] on: [columns, depth] if
// transposeRight = 1 (right' is its transpose), else [depth, columns].
// Dispatch: one thread per 4 rows x 4 columns; x over columns, y over rows. Accumulates in f32, ascending k. No barriers.
// Reads past the last row or column are clamped by the device, and their results are never written.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read> place: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

override columns: u32;
override depth: u32;
override transposeRight: u32;
override accumulate: u32;
override scale: f32;

fn rightAt(k: u32, n: u32) -> vec4<f32> {
  if (transposeRight == 1u) {
    let base = place[0] + n * depth + k;
    return vec4<f32>(right[base], right[base + depth], right[base + 2u * depth], right[base + 3u * depth]);
  }
  let base = place[0] + k * columns + n;
  return vec4<f32>(right[base], right[base + 1u], right[base + 2u], right[base + 3u]);
}

fn store(m: u32, n: u32, sum: vec4<f32>) {
  if (m >= step[0]) { return; }
  for (var i = 0u; i < min(4u, columns - n); i++) {
    let at = m * columns + n + i;
    let before = select(0.0, result[at], accumulate == 1u);
    result[at] = before + scale * sum[i];
  }
}

@compute @workgroup_size(4, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x * 4u;
  let m = id.y * 4u;
  if (n >= columns || m >= step[0]) { return; }
  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  let row = m * depth;
  for (var k = 0u; k < depth; k++) {
    let values = rightAt(k, n);
    sum0 += left[row + k] * values;
    sum1 += left[row + depth + k] * values;
    sum2 += left[row + 2u * depth + k] * values;
    sum3 += left[row + 3u * depth + k] * values;
  }
  store(m, n, sum0);
  store(m + 1u, n, sum1);
  store(m + 2u, n, sum2);
  store(m + 3u, n, sum3);
}
