// Elements 4 quad .. 4 quad + 3 of a block of 32. MXFP4: 2^(e - 128) times a level (the 4-bit float doubled). 4 words of nibbles as in
// Q4_0; e in `scales`, four per word.
${LEVELS}

fn unpack(block: u32, quad: u32) -> vec4f {
  let e = (scales[block / 4u] >> (8u * (block % 4u))) & 255u;
  // In two steps, because the smallest powers are subnormal, which a device may flush to zero.
  let scale = bitcast<f32>((max(e, 3u) - 1u) << 23u);
  let rest = bitcast<f32>((124u + min(e, 3u)) << 23u);
  return scale * (rest * levels_of(codes[block * 4u + (quad & 3u)] >> (quad & 4u)));
}
