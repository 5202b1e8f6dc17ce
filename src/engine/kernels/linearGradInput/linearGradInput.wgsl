// inputGradient[t, k] = (accumulate ? inputGradient[t, k] : 0) + sum over n of outputGradient[t, n] * W[n, k]
// outputGradient f32 [rows, outputs], inputGradient f32 [rows, inputs], W [outputs, inputs] packed as in `Weight` and
// read along its rows: in each block of 32 inputs a thread takes elements 4 w .. 4 w + 3 and 16 + 4 w .. 19 + 4 w,
// because one word of Q4_0 and Q4_1 packs exactly these eight.
// Dispatch: one thread per 8 rows x 8 inputs; x over 4 * ceil(inputs / 32), y over rows. f32, ascending n, in partial sums of
// 64 terms: a single running sum over a head's 49,152 terms would round each of them as coarsely as the total. No barriers.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> inputGradient: array<f32>;
@group(0) @binding(3) var<storage, read> codes: array<$codeType>;
//#if scaled
@group(0) @binding(4) var<storage, read> scales: array<u32>;
//#end

override outputs: u32;
override inputs: u32;
/** Elements from one row of outputGradient to the next: more than `outputs` where W is a part of a larger matrix. */
override stride: u32;
override accumulate: u32;

struct Eight {
  low: vec4<f32>,
  high: vec4<f32>,
}

//#if f32
fn weightAt(n: u32, block: u32, word: u32) -> Eight {
  let at = n * inputs + block * 32u + word * 4u;
  return Eight(
    vec4<f32>(codes[at], codes[at + 1u], codes[at + 2u], codes[at + 3u]),
    vec4<f32>(codes[at + 16u], codes[at + 17u], codes[at + 18u], codes[at + 19u]),
  );
}
//#else
$unpack

fn weightAt(n: u32, block: u32, word: u32) -> Eight {
  let number = n * row_blocks(inputs) + block;
  return Eight(unpack(number, word), unpack(number, word + 4u));
}
//#end

fn store(t: u32, k: u32, sum: vec4<f32>) {
  if (t >= step[0] || k >= inputs) { return; }
  for (var i = 0u; i < min(4u, inputs - k); i++) {
    let at = t * inputs + k + i;
    inputGradient[at] = select(0.0, inputGradient[at], accumulate == 1u) + sum[i];
  }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let block = id.x / 4u;
  let word = id.x % 4u;
  let t = id.y * 8u;
  let k = block * 32u + word * 4u;
  if (k >= inputs || t >= step[0]) { return; }
//#for i in tile
  var low$i = vec4<f32>();
  var high$i = vec4<f32>();
  let row$i = (t + ${i}u) * stride;
//#end
  for (var begin = 0u; begin < outputs; begin += 64u) {
//#for i in tile
    var lowPart$i = vec4<f32>();
    var highPart$i = vec4<f32>();
//#end
    for (var n = begin; n < min(begin + 64u, outputs); n++) {
      let weight = weightAt(n, block, word);
//#for i in tile
      let gradient$i = outputGradient[row$i + n];
      lowPart$i += gradient$i * weight.low;
      highPart$i += gradient$i * weight.high;
//#end
    }
//#for i in tile
    low$i += lowPart$i;
    high$i += highPart$i;
//#end
  }
//#for i in tile
  store(t + ${i}u, k, low$i);
  store(t + ${i}u, k + 16u, high$i);
//#end
}
