// Elements 4 quad .. 4 quad + 3 of a block of 32. IQ4_NL: d times a level. 4 words of nibbles as in Q4_0; f16 d in `scales`, two per word.
${LEVELS}

fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  let word = codes[block * 4u + (quad & 3u)] >> (quad & 4u);
  return select(d.x, d.y, (block & 1u) == 1u) * levels_of(word);
}
