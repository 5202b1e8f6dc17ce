// Elements 4 quad .. 4 quad + 3 of a block of 32. Q5_0: d (q - 16). 5 words: bit i of the first is bit 4 of element i; then nibbles
// as in Q4_0. f16 d in `scales`, two per word.
fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  let high = vec4i(vec4u(codes[block * 5u] >> (4u * quad)) & vec4u(1u, 2u, 4u, 8u));
  let word = codes[block * 5u + 1u + (quad & 3u)] >> (quad & 4u);
  let low = vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u));
  let q = vec4f(low) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) + vec4f(high) * vec4f(16.0, 8.0, 4.0, 2.0);
  return select(d.x, d.y, (block & 1u) == 1u) * (q - 16.0);
}
