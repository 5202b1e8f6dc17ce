// Parts of `quantize` that several formats share. Every step is rounded to f32 and uses the unrounded scale, as in GGML's encoders, so
// the bytes equal theirs; only the stored scale is f16.
import { halfBits } from './halfFloat.ts';

const { fround } = Math;

export function writeHalf(bytes: Uint8Array, offset: number, value: number): void {
  const bits = halfBits(value);
  bytes[offset] = bits & 0xff;
  bytes[offset + 1] = bits >> 8;
}

/** The reciprocal that codes are multiplied by; 0 for a scale of 0. */
export const reciprocal = (scale: number): number => (scale === 0 ? 0 : fround(1 / scale));

/** The element of largest magnitude with its sign; the first one of equals. */
export function signedLargest(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < 32; i += 1) {
    const value = values[i] as number;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

/** Writes the codes of element j to the low and of element j + 16 to the high nibble of byte j, and their bit 4 to the u32 at `high`. */
export function writeCodes(codes: Uint8Array, bytes: Uint8Array, offset: number, high?: number): void {
  for (let j = 0; j < 16; j += 1) {
    bytes[offset + j] = ((codes[j] as number) & 15) | (((codes[j + 16] as number) & 15) << 4);
  }
  if (high === undefined) return;
  for (let i = 0; i < 32; i += 1) {
    const place = high + (i >> 3);
    bytes[place] = (bytes[place] as number) | (((codes[i] as number) >> 4) << (i & 7));
  }
}

/** Codes of the current block. */
export const codes = new Uint8Array(32);

/** Symmetric codes about `middle`: the largest element maps to code 0. */
export function symmetric(values: Float32Array, middle: number): number {
  const scale = fround(signedLargest(values) / -middle);
  const inverse = reciprocal(scale);
  for (let i = 0; i < 32; i += 1) {
    codes[i] = Math.min(2 * middle - 1, Math.trunc(fround(fround((values[i] as number) * inverse) + middle + 0.5)));
  }
  return scale;
}

/** Codes 0..top from the minimum to the maximum. */
export function asymmetric(values: Float32Array, top: number): { scale: number; minimum: number } {
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
