// Decodes blocks of Q8_0, Q4_0 and Q4_1 (Q4: one of the latter two), for shaders that read a whole block at a time.
//
// Four codes become floats at a time, by masks and powers of two instead of per-lane shifts: x86 below AVX2 has no such vector
// shift, and software drivers would then work lane by lane. Exact: every code fits in a float's 24-bit significand.
//#if Q8_0
fn bytes(word: u32) -> vec4f {
  // An offset of 128 makes the lower three bytes unsigned; the top byte's sign is the word's own.
  let parts = vec4i(vec4u(word ^ 0x808080u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
  return vec4f(parts) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - vec4f(128.0, 128.0, 128.0, 0.0);
}
//#end
//#if Q4
/** The low nibble of each byte. Q4_0's codes are 8 too large. */
fn nibbles(word: u32) -> vec4f {
  let parts = vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u));
  //#if Q4_1
  return vec4f(parts) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
  //#else
  return vec4f(parts) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - 8.0;
  //#end
}
//#end
//#if Q4_1
//#else
/** The scale of a block. */
fn half(n: u32) -> f32 {
  let pair = unpack2x16float(scales[n / 2u]);
  return select(pair.x, pair.y, (n & 1u) == 1u);
}
//#end
fn row_blocks(columns: u32) -> u32 {
  return (columns + 31u) / 32u;
}
