// Checks that stored weights are finite. One NaN spreads to every answer, and a NaN scale to its whole block.
import { TributaryError } from '../../lib/errors.ts';
import { blockFormat, type WeightFormat } from '../formats/blockFormats.ts';
import { fileLayout, fileRowBytes } from '../formats/fileLayout.ts';

interface Place {
  /** Index of the element in the given rows. */
  readonly index: number;
  readonly value: string;
}

/** The error for a model's weight. `row` counts from the start of the tensor. */
export function weightNotFinite(tensor: string, row: number, column: number, value: string): TributaryError {
  return new TributaryError({
    code: 'MODEL_WEIGHT_NOT_FINITE',
    message: `A weight in the tensor ${tensor} is not a finite number.`,
    facts: { tensor, row, column, value },
    hint: 'Get the model again from its source; if you trained it, its training has diverged.',
  });
}

const halfFault = (bits: number): string | undefined => {
  if ((bits & 0x7c00) !== 0x7c00) return undefined;
  return (bits & 0x3ff) !== 0 ? 'NaN' : bits & 0x8000 ? '-Infinity' : 'Infinity';
};

/** The same bytes, at an offset that is a multiple of `size`. */
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
  const { file, float16, scaleFault } = blockFormat(format);
  if (float16 !== undefined) {
    const { buffer, byteOffset, byteLength } = aligned(bytes, 2);
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    const { exponentMask: mask } = float16;
    for (let index = 0; index < halves.length; index += 1) {
      const bits = halves[index] as number;
      if ((bits & mask) !== mask) continue;
      const fraction = bits & ~mask & 0x7fff;
      return { index, value: fraction !== 0 ? 'NaN' : bits & 0x8000 ? '-Infinity' : 'Infinity' };
    }
    return undefined;
  }
  const { elements, bytes: blockBytes, halves: scaleHalves = [] } = file;
  const blocks = bytes.length / blockBytes;
  for (let block = 0; block < blocks; block += 1) {
    const at = block * blockBytes;
    const ownFault = scaleFault?.(bytes, at);
    if (ownFault !== undefined) return { index: block * elements, value: `a scale of ${ownFault}` };
    for (const place of scaleHalves) {
      const fault = halfFault((bytes[at + place] as number) | ((bytes[at + place + 1] as number) << 8));
      if (fault !== undefined) return { index: block * elements, value: `a scale of ${fault}` };
    }
  }
  return undefined;
}

/**
 * Throws `MODEL_WEIGHT_NOT_FINITE` with the place of the first NaN or infinity, in a value or in the scale of a block. `bytes`: whole
 * rows of `columns`, starting at `firstRow`, as stored.
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
  const width = (fileRowBytes(format, columns) / fileLayout(format).bytes) * fileLayout(format).elements;
  throw weightNotFinite(tensor, firstRow + Math.floor(fault.index / width), fault.index % width, fault.value);
}
