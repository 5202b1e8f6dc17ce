// Blocks of Q8_0, Q4_0 and Q4_1 (Q4: one of these two), for shaders that read a whole block at a time.
//
// Codes become floats four at a time. Masks and powers of two instead of shifts by different amounts: x86 below AVX2 has no
// such vector shift, and software drivers then do it lane by lane. Exact: every code fits a float's 24 bits.
//#if Q8_0
fn bytes(word: u32) -> vec4f {
  // The lower three bytes are made unsigned by an offset of 128; the sign of the top byte is the word's own.
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
