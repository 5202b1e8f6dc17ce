// Reads single elements of a weight in the layouts of `Weight`: the plain definition that kernels are tested against.
import type { WeightFormat } from '../../backend.ts';
import { deviceLayout } from '../../formats/deviceLayout.ts';
import { packedBlocks } from '../../quant/packedBlocks.ts';

/** Returns a function of (row, column) that reads W's element in f32. `codes` and `scales` as in `Weight`. */
export function weightReader(
  format: WeightFormat,
  columns: number,
  codes: Float32Array | Uint32Array,
  scales?: Uint32Array,
): (row: number, column: number) => number {
  if (format === 'f32') return (row, column) => codes[row * columns + column] ?? 0;
  const { elements } = deviceLayout(format);
  const blocksPerRow = Math.ceil(columns / elements);
  const unpack = packedBlocks(format, codes as Uint32Array, scales);
  const values = new Float32Array(elements);
  let held = -1;
  return (row, column) => {
    const place = column % elements;
    const number = row * blocksPerRow + (column - place) / elements;
    if (number !== held) unpack(number, values);
    held = number;
    return values[place] as number;
  };
}
