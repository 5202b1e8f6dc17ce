// Exact weights. A finite double is a whole number of 2^-1074, so sums and proportions of doubles are exact in BigInt, and
// nothing rounds before the last step.
import { TributaryError } from '../../lib/errors.ts';

/** `value` in units of 2^-1074. Throws `SHARE_WEIGHT_INVALID` for negative, infinite or NaN. */
export function exactWeight(value: number): bigint {
  if (!Number.isFinite(value) || value < 0) {
    throw new TributaryError({
      code: 'SHARE_WEIGHT_INVALID',
      message: 'A weight must be a finite number that is not negative.',
      facts: { value: String(value) },
      hint: 'This is a defect of the attribution: report it with the receipt.',
    });
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0) & 0x7fffffffffffffffn;
  const exponent = bits >> 52n;
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
