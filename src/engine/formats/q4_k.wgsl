// Elements 4 quad .. 4 quad + 3 of 32-element block `block`, eight of which form a block of 256. Q4_K: d s q - dmin m. 36 words: f16 d
// and dmin; s and m per 32 elements in 6 bits (12 bytes, see `scale_and_minimum`); nibbles, 64 elements per 8 words, the first 32 low.
fn scale_and_minimum(at: u32, group: u32) -> vec2f {
  let shift = 8u * (group % 4u);
  let first = codes[at] >> shift;
  let second = codes[at + 1u] >> shift;
  let third = codes[at + 2u] >> shift;
  let low = vec2u(first & 63u, second & 63u);
  let high = vec2u((third & 15u) | ((first >> 2u) & 48u), ((third >> 4u) & 15u) | ((second >> 2u) & 48u));
  return vec2f(select(low, high, group >= 4u));
}

fn unpack(block: u32, quad: u32) -> vec4f {
  let at = (block / 8u) * 36u;
  let group = block % 8u;
  let d = unpack2x16float(codes[at]) * scale_and_minimum(at + 1u, group);
  let word = codes[at + 4u + (group / 2u) * 8u + quad] >> (4u * (group & 1u));
  let q = vec4f(vec4i(vec4u(word) & vec4u(0xfu, 0xf00u, 0xf0000u, 0xf000000u))) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
  return d.x * q - d.y;
}
