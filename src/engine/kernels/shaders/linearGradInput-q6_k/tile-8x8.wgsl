@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> inputGradient: array<f32>;
@group(0) @binding(3) var<storage, read> codes: array<u32>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;

override outputs: u32;
override inputs: u32;
/** Elements from one row of outputGradient to the next: more than `outputs` where W is a part of a larger matrix. */
override stride: u32;
override accumulate: u32;

struct Eight {
  low: vec4<f32>,
  high: vec4<f32>,
}

fn unpack(block: u32, quad: u32) -> vec4f {
  let number = block / 8u;
  let at = number * 52u;
  let group = block % 8u;
  let d = unpack2x16float(scales[number / 2u]);
  let sixteen = 2u * group + quad / 4u;
  let scale = i32(codes[at + 48u + sixteen / 4u] << (24u - 8u * (sixteen % 4u))) >> 24u;
  let low = codes[at + (group / 4u) * 16u + (group & 1u) * 8u + quad] >> (2u * (group & 2u));
  let high = codes[at + 32u + (group / 4u) * 8u + quad] >> (2u * (group % 4u));
  let word = (low & 0x0f0f0f0fu) | ((high & 0x03030303u) << 4u);
  let bits = vec4i(vec4u(word) & vec4u(0x3fu, 0x3f00u, 0x3f0000u, 0x3f000000u));
  let q = vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - 32.0;
  return select(d.x, d.y, (number & 1u) == 1u) * f32(scale) * q;
}

fn row_blocks(columns: u32) -> u32 {
  return (columns + 255u) / 256u * 8u;
}


fn weightAt(n: u32, block: u32, word: u32) -> Eight {
  let number = n * row_blocks(inputs) + block;
  return Eight(unpack(number, word), unpack(number, word + 4u));
}

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
  var low0 = vec4<f32>();
  var high0 = vec4<f32>();
  let row0 = (t + 0u) * stride;
  var low1 = vec4<f32>();
  var high1 = vec4<f32>();
  let row1 = (t + 1u) * stride;
  var low2 = vec4<f32>();
  var high2 = vec4<f32>();
  let row2 = (t + 2u) * stride;
  var low3 = vec4<f32>();
  var high3 = vec4<f32>();
  let row3 = (t + 3u) * stride;
  var low4 = vec4<f32>();
  var high4 = vec4<f32>();
  let row4 = (t + 4u) * stride;
  var low5 = vec4<f32>();
  var high5 = vec4<f32>();
  let row5 = (t + 5u) * stride;
  var low6 = vec4<f32>();
  var high6 = vec4<f32>();
  let row6 = (t + 6u) * stride;
  var low7 = vec4<f32>();
  var high7 = vec4<f32>();
  let row7 = (t + 7u) * stride;
  for (var begin = 0u; begin < outputs; begin += 64u) {
    var lowPart0 = vec4<f32>();
    var highPart0 = vec4<f32>();
    var lowPart1 = vec4<f32>();
    var highPart1 = vec4<f32>();
    var lowPart2 = vec4<f32>();
    var highPart2 = vec4<f32>();
    var lowPart3 = vec4<f32>();
    var highPart3 = vec4<f32>();
    var lowPart4 = vec4<f32>();
    var highPart4 = vec4<f32>();
    var lowPart5 = vec4<f32>();
    var highPart5 = vec4<f32>();
    var lowPart6 = vec4<f32>();
    var highPart6 = vec4<f32>();
    var lowPart7 = vec4<f32>();
    var highPart7 = vec4<f32>();
    for (var n = begin; n < min(begin + 64u, outputs); n++) {
      let weight = weightAt(n, block, word);
      let gradient0 = outputGradient[row0 + n];
      lowPart0 += gradient0 * weight.low;
      highPart0 += gradient0 * weight.high;
      let gradient1 = outputGradient[row1 + n];
      lowPart1 += gradient1 * weight.low;
      highPart1 += gradient1 * weight.high;
      let gradient2 = outputGradient[row2 + n];
      lowPart2 += gradient2 * weight.low;
      highPart2 += gradient2 * weight.high;
      let gradient3 = outputGradient[row3 + n];
      lowPart3 += gradient3 * weight.low;
      highPart3 += gradient3 * weight.high;
      let gradient4 = outputGradient[row4 + n];
      lowPart4 += gradient4 * weight.low;
      highPart4 += gradient4 * weight.high;
      let gradient5 = outputGradient[row5 + n];
      lowPart5 += gradient5 * weight.low;
      highPart5 += gradient5 * weight.high;
      let gradient6 = outputGradient[row6 + n];
      lowPart6 += gradient6 * weight.low;
      highPart6 += gradient6 * weight.high;
      let gradient7 = outputGradient[row7 + n];
      lowPart7 += gradient7 * weight.low;
      highPart7 += gradient7 * weight.high;
    }
    low0 += lowPart0;
    high0 += highPart0;
    low1 += lowPart1;
    high1 += highPart1;
    low2 += lowPart2;
    high2 += highPart2;
    low3 += lowPart3;
    high3 += highPart3;
    low4 += lowPart4;
    high4 += highPart4;
    low5 += lowPart5;
    high5 += highPart5;
    low6 += lowPart6;
    high6 += highPart6;
    low7 += lowPart7;
    high7 += highPart7;
  }
  store(t + 0u, k, low0);
  store(t + 0u, k + 16u, high0);
  store(t + 1u, k, low1);
  store(t + 1u, k + 16u, high1);
  store(t + 2u, k, low2);
  store(t + 2u, k + 16u, high2);
  store(t + 3u, k, low3);
  store(t + 3u, k + 16u, high3);
  store(t + 4u, k, low4);
  store(t + 4u, k + 16u, high4);
  store(t + 5u, k, low5);
  store(t + 5u, k + 16u, high5);
  store(t + 6u, k, low6);
  store(t + 6u, k + 16u, high6);
  store(t + 7u, k, low7);
  store(t + 7u, k + 16u, high7);
}
