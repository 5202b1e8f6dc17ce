// Elements 4 quad .. 4 quad + 3 of 32-element block `block`, eight of which form a block of 256. Q6_K: d s (q - 32). 52 words: nibbles,
// 128 elements per 16 words, the first 64 low; the upper 2 bits of q, 128 elements per 8 words (16); one signed byte s per 16 elements
// (4 words). f16 d in `scales`, two per word.
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
