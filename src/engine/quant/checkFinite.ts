// Whether stored weights are numbers. One NaN spreads over every answer, and in a scale over its whole block.
import { TributaryError } from '../../lib/errors.ts';
import type { WeightFormat } from '../backend.ts';
import { scaleHalves, storedFormats, storedRowBytes } from './storedFormats.ts';

interface Place {
  /** Element in the tensor's rows given. */
  readonly index: number;
  readonly value: string;
}

/** The error for a weight of a model. `row` counts in the whole tensor. */
export function weightNotFinite(tensor: string, row: number, column: number, value: string): TributaryError {
  return new TributaryError({
    code: 'MODEL_WEIGHT_NOT_FINITE',
    message: `A weight in the tensor ${tensor} is not a finite number.`,
    facts: { tensor, row, column, value },
    hint: 'Get the model again from its source; if it was trained anew, its training has diverged.',
  });
}

const halfFault = (bits: number): string | undefined => {
  if ((bits & 0x7c00) !== 0x7c00) return undefined;
  return (bits & 0x3ff) !== 0 ? 'NaN' : bits & 0x8000 ? '-Infinity' : 'Infinity';
};

/** The same memory from a multiple of `size` on. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

function firstFault(format: WeightFormat, bytes: Uint8Array): Place | undefined {
  if (format === 'f32') {
    const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
    const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
    for (let index = 0; index < words.length; index += 1) {
      if (((words[index] as number) & 0x7f800000) === 0x7f800000)
        return { index, value: String(new Float32Array(words.buffer, words.byteOffset)[index]) };
    }
    return undefined;
  }
  if (format === 'f16' || format === 'bf16') {
    const { buffer, byteOffset, byteLength } = aligned(bytes, 2);
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    const mask = format === 'f16' ? 0x7c00 : 0x7f80;
    for (let index = 0; index < halves.length; index += 1) {
      const bits = halves[index] as number;
      if ((bits & mask) !== mask) continue;
      const fraction = bits & (format === 'f16' ? 0x3ff : 0x7f);
      return { index, value: fraction !== 0 ? 'NaN' : bits & 0x8000 ? '-Infinity' : 'Infinity' };
    }
    return undefined;
  }
  const { elements, bytes: blockBytes } = storedFormats[format];
  const blocks = bytes.length / blockBytes;
  for (let block = 0; block < blocks; block += 1) {
    const at = block * blockBytes;
    if (format === 'mxfp4') {
      // 255 stands for NaN; from 253 on the power times the largest level passes f32.
      if ((bytes[at] as number) >= 253) return { index: block * elements, value: `a scale of ${bytes[at]}` };
      continue;
    }
    for (const place of scaleHalves[format]) {
      const fault = halfFault((bytes[at + place] as number) | ((bytes[at + place + 1] as number) << 8));
      if (fault !== undefined) return { index: block * elements, value: `a scale of ${fault}` };
    }
  }
  return undefined;
}

/**
 * Throws `MODEL_WEIGHT_NOT_FINITE` with the place of the first NaN or infinity, in a value or in the scale of a block. `bytes`: whole
 * rows of `columns` from `firstRow` on, as stored.
 */
export function checkFinite(
  tensor: string,
  format: WeightFormat,
  bytes: Uint8Array,
  firstRow: number,
  columns: number,
): void {
  const fault = firstFault(format, bytes);
  if (fault === undefined) return;
  // Rows are padded to whole blocks.
  const width = (storedRowBytes(format, columns) / storedFormats[format].bytes) * storedFormats[format].elements;
  throw weightNotFinite(tensor, firstRow + Math.floor(fault.index / width), fault.index % width, fault.value);
}
