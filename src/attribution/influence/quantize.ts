// From floats to whole numbers: after this step everything is exact, so two honest devices either agree or can be told apart.
import { TributaryError } from '../../lib/errors.ts';
import type { Sketch } from '../types.ts';

/** Nearest integer, halves to even, as IEEE 754 and WGSL round; `Math.round` takes halves upwards. |value| < 2^51. */
function roundHalfToEven(value: number): number {
  // Adding and subtracting 1.5 * 2^52 leaves no fraction bits, and the addition itself rounds halves to even.
  return value + 6755399441055744 - 6755399441055744;
}

/** value / 2^exponent, exact unless the result is denormal; in two steps, since 2^exponent itself may over- or underflow. */
function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** -half * 2 ** (half - exponent);
}

/** The exponent k with |value| / 2^k in [0.5, 1), value finite and not zero. */
function binaryExponent(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const biased = (view.getUint32(0) >>> 20) & 0x7ff;
  return biased === 0 ? binaryExponent(value * 2 ** 54) - 54 : biased - 1022;
}

/**
 * int8 codes and the least exponent e with max |round(phi / 2^e)| <= 127; a zero row has e = 0.
 * With `exponent` given (a checker quantising with the exponent that a receipt states) that one is used instead.
 * Throws `SKETCH_NOT_FINITE`.
 */
export function quantize(phi: Float64Array, exponent?: number): Sketch {
  let top = 0;
  for (const value of phi) {
    if (!Number.isFinite(value)) {
      throw new TributaryError({
        code: 'SKETCH_NOT_FINITE',
        message: 'A gradient holds a value that is not a finite number, so it cannot be compared with the rows.',
        facts: { value: String(value) },
        hint: 'Train the adapter again with a lower learning rate.',
      });
    }
    top = Math.max(top, Math.abs(value));
  }
  const codes = new Int8Array(phi.length);
  if (top === 0) return { codes, exponent: exponent ?? 0 };
  let chosen = exponent ?? binaryExponent(top) - 7;
  if (exponent === undefined && roundHalfToEven(scaled(top, chosen)) > 127) chosen += 1;
  for (let d = 0; d < phi.length; d += 1) {
    codes[d] = Math.max(-127, Math.min(127, roundHalfToEven(scaled(phi[d] as number, chosen))));
  }
  return { codes, exponent: chosen };
}
