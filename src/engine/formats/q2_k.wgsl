// Elements 4 quad .. 4 quad + 3 of 32-element block `block`, eight of which form a block of 256. Q2_K: d s q - dmin m. 21 words: one
// byte per 16 elements, s in its low and m in its high nibble (4 words); 2-bit codes, 128 elements per 8 words (16); f16 d and dmin.
fn unpack(block: u32, quad: u32) -> vec4f {
  let at = (block / 8u) * 21u;
  let group = block % 8u;
  let d = unpack2x16float(codes[at + 20u]);
  let sixteen = 2u * group + quad / 4u;
  let scale = codes[at + sixteen / 4u] >> (8u * (sixteen % 4u));
  let word = codes[at + 4u + (group / 4u) * 8u + quad] >> (2u * (group % 4u));
  let q = vec4f(vec4i(vec4u(word) & vec4u(0x3u, 0x300u, 0x30000u, 0x3000000u))) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
  return d.x * f32(scale & 15u) * q - d.y * f32((scale >> 4u) & 15u);
}
