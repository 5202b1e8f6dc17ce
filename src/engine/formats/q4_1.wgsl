// Elements 4 quad .. 4 quad + 3 of a block of 32. Q4_1: d q + m. Codes as in Q4_0; f16 d and m in one word of `scales`.
fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block]);
  let word = codes[block * 4u + (quad & 3u)] >> (quad & 4u);
  let bits = vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u));
  return d.x * (vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24)) + d.y;
}
