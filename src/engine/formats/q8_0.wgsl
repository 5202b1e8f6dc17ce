// Elements 4 quad .. 4 quad + 3 of a block of 32. Q8_0: d q. 8 words of four signed bytes; f16 d in `scales`, two per word.
fn unpack(block: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(scales[block / 2u]);
  // An offset of 128 makes the lower three bytes unsigned; the top byte's sign is the word's own.
  let bits = vec4i(vec4u(codes[block * 8u + quad] ^ 0x808080u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
  let q = vec4f(bits) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - vec4f(128.0, 128.0, 128.0, 0.0);
  return select(d.x, d.y, (block & 1u) == 1u) * q;
}
