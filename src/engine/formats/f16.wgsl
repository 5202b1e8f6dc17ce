// Elements 4 quad .. 4 quad + 3 of a block of 32. F16: 16 words, two halves each, element 2 i in the low half of word i.
fn unpack(block: u32, quad: u32) -> vec4f {
  let at = block * 16u + quad * 2u;
  return vec4f(unpack2x16float(codes[at]), unpack2x16float(codes[at + 1u]));
}
