// Elements 4 quad .. 4 quad + 3 of a block of 32. MXFP4: 2^(e - 128) times a level (the 4-bit float doubled). 4 words of nibbles as Q4_0's;
// e in `scales`, four blocks a word.
${LEVELS}

fn unpack(block: u32, quad: u32) -> vec4f {
  let e = (scales[block / 4u] >> (8u * (block % 4u))) & 255u;
  // In two steps, because the least powers are subnormal, which a device may take for zero.
  let scale = bitcast<f32>((max(e, 3u) - 1u) << 23u);
  let rest = bitcast<f32>((124u + min(e, 3u)) << 23u);
  return scale * (rest * levels_of(codes[block * 4u + (quad & 3u)] >> (quad & 4u)));
}
