// A whole packed weight as f32, block by block: what `weightReader` gives element by element, many times faster.
import type { WeightFormat } from '../backend.ts';
import { halfToNumber } from '../kernels/linear/weightAt.ts';

/** f32 [rows, columns] of codes and scales laid out as `Weight` says. */
export function unpackWeight(
  format: Exclude<WeightFormat, 'f32'>,
  shape: { readonly rows: number; readonly columns: number },
  codes: Uint32Array,
  scales: Uint32Array,
): Float32Array<ArrayBuffer> {
  const { rows, columns } = shape;
  const blocksPerRow = Math.ceil(columns / 32);
  const result = new Float32Array(rows * columns);
  const bytes = new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
  const signed = new Int8Array(codes.buffer, codes.byteOffset, codes.byteLength);
  const halves = new Uint16Array(scales.buffer, scales.byteOffset, scales.byteLength / 2);
  for (let row = 0; row < rows; row += 1) {
    for (let block = 0; block < blocksPerRow; block += 1) {
      const number = row * blocksPerRow + block;
      const first = row * columns + block * 32;
      const width = Math.min(32, columns - block * 32);
      if (format === 'q8_0') {
        const scale = halfToNumber(halves[number] as number);
        for (let i = 0; i < width; i += 1) result[first + i] = scale * (signed[number * 32 + i] as number);
        continue;
      }
      const offset = format === 'q4_1';
      const scale = halfToNumber(halves[offset ? 2 * number : number] as number);
      const least = offset ? halfToNumber(halves[2 * number + 1] as number) : -8 * scale;
      const low = Math.min(16, width);
      for (let i = 0; i < low; i += 1) result[first + i] = ((bytes[number * 16 + i] as number) & 15) * scale + least;
      for (let i = 16; i < width; i += 1)
        result[first + i] = ((bytes[number * 16 + i - 16] as number) >> 4) * scale + least;
    }
  }
  return result;
}
