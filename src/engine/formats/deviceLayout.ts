// Sizes of weights on a device, from the layout of their format: see `DeviceLayout`.
import type { DeviceLayout } from './blockFormat.ts';
import { type BlockFormatName, blockFormat, type WeightFormat } from './blockFormats.ts';

export const deviceLayout = (format: BlockFormatName): DeviceLayout => blockFormat(format).device;

/** Whether a weight of this format has the tensor `scales`. */
export const hasScales = (format: WeightFormat): boolean => format !== 'f32' && deviceLayout(format).scaleBytes > 0;

/** Words in the tensors of a matrix. `scales` is 0 if the format has none. */
export function weightWords(
  format: WeightFormat,
  rows: number,
  columns: number,
): { readonly codes: number; readonly scales: number } {
  if (format === 'f32') return { codes: rows * columns, scales: 0 };
  const { elements, codeWords, scaleBytes } = deviceLayout(format);
  const blocks = rows * Math.ceil(columns / elements);
  return { codes: blocks * codeWords, scales: Math.ceil((blocks * scaleBytes) / 4) };
}
