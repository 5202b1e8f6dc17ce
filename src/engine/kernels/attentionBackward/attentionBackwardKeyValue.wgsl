// Over the rows t >= j that attend to key j (starts[t] <= j) and the query heads of key head g:
// keyGradient[j, g] = scale * sum of p (dy . v_j - delta) q;  valueGradient[j, g] = sum of p dy
// Shapes as in attentionBackwardQuery.wgsl. `starts` never decreases, so the rows that attend to j are consecutive.
// Dispatch: one thread per (row, key head), x over rows * keyValueHeads. f32, ascending (t, head): each thread owns its sums,
// so there are no atomics and the result is deterministic. No barriers.
@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> query: array<f32>;
@group(0) @binding(2) var<storage, read> key: array<f32>;
@group(0) @binding(3) var<storage, read> value: array<f32>;
@group(0) @binding(4) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(5) var<storage, read> statistics: array<f32>;
@group(0) @binding(6) var<storage, read_write> keyGradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> valueGradient: array<f32>;

const width = ${width}u;
override capacity: u32;
override heads: u32;
override keyValueHeads: u32;
override scale: f32;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x / keyValueHeads;
  if (row >= capacity) { return; }
  if (starts[row] > row) { return; }
  let share = heads / keyValueHeads;
  let base = id.x * width;
  var keySums: array<f32, width>;
  var valueSums: array<f32, width>;
  for (var t = row; t < capacity; t++) {
    if (starts[t] > row) { break; }
    for (var h = (id.x % keyValueHeads) * share; h < (id.x % keyValueHeads + 1u) * share; h++) {
      let other = t * heads + h;
      var score = 0.0;
      var change = 0.0;
      for (var i = 0u; i < width; i++) {
        score += query[other * width + i] * key[base + i];
        change += outputGradient[other * width + i] * value[base + i];
      }
      let probability = exp(scale * score - statistics[2u * other]);
      let factor = scale * probability * (change - statistics[2u * other + 1u]);
      for (var i = 0u; i < width; i++) {
        keySums[i] += factor * query[other * width + i];
        valueSums[i] += probability * outputGradient[other * width + i];
      }
    }
  }
  for (var i = 0u; i < width; i++) {
    keyGradient[base + i] = keySums[i];
    valueGradient[base + i] = valueSums[i];
  }
}
