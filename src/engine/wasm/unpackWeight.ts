// Rows of a packed weight as f32: what `weightReader` gives element by element, many times faster.
import { packedBlocks } from '../quant/packedBlocks.ts';
import { type PackedFormat, weightLayouts } from '../quant/weightLayouts.ts';

/**
 * A function that writes rows `first` to `first + count` of a weight of `columns` to `target`, a row every `stride` elements.
 * `codes` and `scales` as `Weight` says.
 */
export function unpackWeight(
  format: PackedFormat,
  columns: number,
  codes: Uint32Array,
  scales?: Uint32Array,
): (first: number, count: number, target: Float32Array, stride: number) => void {
  const { elements } = weightLayouts[format];
  const blocksPerRow = Math.ceil(columns / elements);
  const unpack = packedBlocks(format, codes, scales);
  const last = new Float32Array(elements);
  return (first, count, target, stride) => {
    for (let row = 0; row < count; row += 1) {
      for (let block = 0; block < blocksPerRow; block += 1) {
        const number = (first + row) * blocksPerRow + block;
        const at = row * stride + block * elements;
        const width = Math.min(elements, columns - block * elements);
        if (width === elements) unpack(number, target.subarray(at, at + elements));
        else {
          unpack(number, last);
          target.set(last.subarray(0, width), at);
        }
      }
    }
  };
}
