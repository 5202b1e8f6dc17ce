// Elements 4 quad .. 4 quad + 3 of 32-element block `block`, eight of which form a block of 256. Q3_K: d (s - 32) q. 27 words: bit g of
// byte l is the mask of element 32 g + l (8 words); 0 subtracts 4 from q; 2-bit codes, 128 elements per 8 words (16); sixteen 6-bit
// scales, the low 4 bits in 8 bytes, the high 2 in 4 (3 words). f16 d in `scales`, two per word.
fn unpack(block: u32, quad: u32) -> vec4f {
  let number = block / 8u;
  let at = number * 27u;
  let group = block % 8u;
  let d = unpack2x16float(scales[number / 2u]);
  let sixteen = 2u * group + quad / 4u;
  let low = (codes[at + 24u + (sixteen % 8u) / 4u] >> (8u * (sixteen % 4u) + 4u * (sixteen / 8u))) & 15u;
  let high = (codes[at + 26u] >> (8u * (sixteen % 4u) + 2u * (sixteen / 4u))) & 3u;
  let word = codes[at + 8u + (group / 4u) * 8u + quad] >> (2u * (group % 4u));
  let q = vec4f(vec4i(vec4u(word) & vec4u(0x3u, 0x300u, 0x30000u, 0x3000000u))) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
  let bits = vec4i(vec4u(codes[at + quad] >> group) & vec4u(0x1u, 0x100u, 0x10000u, 0x1000000u));
  let mask = vec4f(bits) * vec4f(4.0, 0x4p-8, 0x4p-16, 0x4p-24);
  return select(d.x, d.y, (number & 1u) == 1u) * (f32(low | (high << 4u)) - 32.0) * (q + mask - 4.0);
}
