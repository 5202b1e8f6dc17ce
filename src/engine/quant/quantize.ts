// f32 weights to GGML's blocks of 32. Every step is rounded to f32 and uses the unrounded scale, as GGML's encoders do, so
// the bytes are equal to theirs; only the stored scale is f16.
import { TributaryError } from '../../lib/errors.ts';
import { halfBits } from './halfFloat.ts';
import { scaleHalves, storedFormats } from './storedFormats.ts';

export type EncodableFormat = 'q4_0' | 'q4_1' | 'q5_0' | 'q5_1' | 'q8_0';

const { fround } = Math;

/** Writes the block for `values` (32 elements) at `offset`. */
type PackBlock = (values: Float32Array, bytes: Uint8Array, offset: number) => void;

function writeHalf(bytes: Uint8Array, offset: number, value: number): void {
  const bits = halfBits(value);
  bytes[offset] = bits & 0xff;
  bytes[offset + 1] = bits >> 8;
}

/** The reciprocal that codes are multiplied by; 0 for a scale of 0. */
const reciprocal = (scale: number): number => (scale === 0 ? 0 : fround(1 / scale));

/** The element of largest magnitude with its sign, the first one if equal. */
function signedLargest(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < 32; i += 1) {
    const value = values[i] as number;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

/** Codes of element j in the low and of element j + 16 in the high nibble of byte j; their bit 4 in the u32 at `high`. */
function writeCodes(codes: Uint8Array, bytes: Uint8Array, offset: number, high?: number): void {
  for (let j = 0; j < 16; j += 1) {
    bytes[offset + j] = ((codes[j] as number) & 15) | (((codes[j + 16] as number) & 15) << 4);
  }
  if (high === undefined) return;
  for (let i = 0; i < 32; i += 1) {
    const place = high + (i >> 3);
    bytes[place] = (bytes[place] as number) | (((codes[i] as number) >> 4) << (i & 7));
  }
}

const codes = new Uint8Array(32);

/** Symmetric codes about `middle`: the largest element maps to code 0. */
function symmetric(values: Float32Array, middle: number): number {
  const scale = fround(signedLargest(values) / -middle);
  const inverse = reciprocal(scale);
  for (let i = 0; i < 32; i += 1) {
    codes[i] = Math.min(2 * middle - 1, Math.trunc(fround(fround((values[i] as number) * inverse) + middle + 0.5)));
  }
  return scale;
}

/** Codes 0..top from the minimum to the maximum. */
function asymmetric(values: Float32Array, top: number): { scale: number; minimum: number } {
  let minimum = values[0] as number;
  let maximum = minimum;
  for (let i = 1; i < 32; i += 1) {
    const value = values[i] as number;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const scale = fround(fround(maximum - minimum) / top);
  const inverse = reciprocal(scale);
  for (let i = 0; i < 32; i += 1) {
    codes[i] = Math.min(top, Math.trunc(fround(fround(fround((values[i] as number) - minimum) * inverse) + 0.5)));
  }
  return { scale, minimum };
}

const packers: Readonly<Record<EncodableFormat, PackBlock>> = {
  q4_0(values, bytes, offset) {
    writeHalf(bytes, offset, symmetric(values, 8));
    writeCodes(codes, bytes, offset + 2);
  },
  q5_0(values, bytes, offset) {
    writeHalf(bytes, offset, symmetric(values, 16));
    writeCodes(codes, bytes, offset + 6, offset + 2);
  },
  q4_1(values, bytes, offset) {
    const { scale, minimum } = asymmetric(values, 15);
    writeHalf(bytes, offset, scale);
    writeHalf(bytes, offset + 2, minimum);
    writeCodes(codes, bytes, offset + 4);
  },
  q5_1(values, bytes, offset) {
    const { scale, minimum } = asymmetric(values, 31);
    writeHalf(bytes, offset, scale);
    writeHalf(bytes, offset + 2, minimum);
    writeCodes(codes, bytes, offset + 8, offset + 4);
  },
  q8_0(values, bytes, offset) {
    const scale = fround(Math.abs(signedLargest(values)) / 127);
    const inverse = reciprocal(scale);
    writeHalf(bytes, offset, scale);
    for (let i = 0; i < 32; i += 1) {
      const code = fround((values[i] as number) * inverse);
      // Half away from zero; Math.round would send -2.5 to -2.
      bytes[offset + 2 + i] = Math.sign(code) * Math.floor(Math.abs(code) + 0.5);
    }
  },
};

function notFinite(row: number, column: number, value: string): TributaryError {
  return new TributaryError({
    code: 'WEIGHT_NOT_FINITE',
    message: 'A weight is not a finite number.',
    facts: { row, column, value },
    hint: 'Get the model or adapter again from its source.',
  });
}

function checkNumbers(values: Float32Array, columns: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw notFinite(Math.floor(at / columns), at % columns, String(values[at]));
}

/**
 * Bytes of `values`, f32 [rows, columns], in a block format. Rows whose length is no multiple of 32 are padded with zeros.
 * Throws `WEIGHT_NOT_FINITE` with the place of a NaN or infinity, or of a block whose scale passes f16: it would be spoilt silently.
 */
export function quantize(
  format: EncodableFormat,
  values: Float32Array,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const { elements, bytes: blockBytes } = storedFormats[format];
  const blocksPerRow = Math.ceil(columns / elements);
  const bytes = new Uint8Array(rows * blocksPerRow * blockBytes);
  const last = new Float32Array(elements);
  const pack = packers[format];
  checkNumbers(values, columns);
  for (let row = 0; row < rows; row += 1) {
    for (let index = 0; index < blocksPerRow; index += 1) {
      const begin = row * columns + index * elements;
      const end = Math.min(begin + elements, (row + 1) * columns);
      let block = values.subarray(begin, end);
      if (block.length < elements) {
        last.fill(0);
        last.set(block);
        block = last;
      }
      const at = (row * blocksPerRow + index) * blockBytes;
      pack(block, bytes, at);
      if (scaleHalves[format].some((place) => ((bytes[at + place + 1] as number) & 0x7c) === 0x7c))
        throw notFinite(
          row,
          begin - row * columns,
          `a block of up to ${signedLargest(block)}, too large for ${format}`,
        );
    }
  }
  return bytes;
}
