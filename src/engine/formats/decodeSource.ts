// WGSL that decodes a packed weight, shared by every kernel with weights.
import { type BlockFormatName, blockFormat } from './blockFormats.ts';

/**
 * `fn unpack(block: u32, quad: u32) -> vec4f`: elements 4 quad to 4 quad + 3 of 32-element block number `block` of a weight, from the
 * global word arrays `codes` and, if the format has them, `scales`; and `fn row_blocks(columns: u32) -> u32`: blocks of 32 from one
 * row to the next. Row r's elements from 32 b on are block `r * row_blocks(columns) + b`.
 */
export function decodeSource(format: BlockFormatName): string {
  const { wgsl, device } = blockFormat(format);
  const { elements } = device;
  return `${wgsl}
fn row_blocks(columns: u32) -> u32 {
  return (columns + ${elements - 1}u) / ${elements}u * ${elements / 32}u;
}
`;
}
