// Elements 4 quad .. 4 quad + 3 of 32-element block `block`, eight of which form a block of 256. IQ4_XS: d (s - 32) times a level. 34
// words: f16 d, above it the upper 2 bits of the eight s; their lower 4 bits; nibbles, each 32 elements as in Q4_0.
${LEVELS}

fn unpack(block: u32, quad: u32) -> vec4f {
  let at = (block / 8u) * 34u;
  let group = block % 8u;
  let low = (codes[at + 1u] >> (4u * group)) & 15u;
  let high = (codes[at] >> (16u + 2u * group)) & 3u;
  let word = codes[at + 2u + group * 4u + (quad & 3u)] >> (quad & 4u);
  return unpack2x16float(codes[at]).x * (f32(low | (high << 4u)) - 32.0) * levels_of(word);
}
