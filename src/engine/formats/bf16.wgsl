// Elements 4 quad .. 4 quad + 3 of a block of 32. BF16: 16 words, two upper halves of f32 each, element 2 i in the low half of word i.
fn unpack(block: u32, quad: u32) -> vec4f {
  let at = block * 16u + quad * 2u;
  let words = vec2u(codes[at], codes[at + 1u]);
  return bitcast<vec4f>(vec4u(words.x << 16u, words.x & 0xffff0000u, words.y << 16u, words.y & 0xffff0000u));
}
