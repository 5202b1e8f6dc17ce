// Elements 4 quad .. 4 quad + 3 of a block of 32. Q4_0: d (q - 8). 4 words; byte j has element j in its low and j + 16 in its high
// nibble; f16 d in `scales`, two per word.
fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  let word = codes[block * 4u + (quad & 3u)] >> (quad & 4u);
  let bits = vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u));
  return select(d.x, d.y, (block & 1u) == 1u) * (vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - 8.0);
}
