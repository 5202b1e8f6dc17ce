/** The sixteen levels, four signed bytes a word. */
const levels = vec4u(${TABLE});

fn level(code: u32) -> f32 {
  return f32(i32(levels[code / 4u] << (24u - 8u * (code % 4u))) >> 24u);
}

/** Levels of the low nibble of each byte. */
fn levels_of(word: u32) -> vec4f {
  return vec4f(level(word & 15u), level((word >> 8u) & 15u), level((word >> 16u) & 15u), level((word >> 24u) & 15u));
}
