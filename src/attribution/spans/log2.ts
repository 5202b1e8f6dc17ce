/**
 * log2 of a positive finite number, by repeated squaring: only multiplications and comparisons, so every engine gives the
 * same bits (`Math.log2` may differ in the last one, and payments hang on it). Error below 2^-44.
 */
export function log2(value: number): number {
  let mantissa = value;
  let result = 0;
  while (mantissa >= 2) {
    mantissa /= 2;
    result += 1;
  }
  while (mantissa < 1) {
    mantissa *= 2;
    result -= 1;
  }
  for (let bit = 0.5; bit > 2 ** -48; bit /= 2) {
    mantissa *= mantissa;
    if (mantissa >= 2) {
      mantissa /= 2;
      result += bit;
    }
  }
  return result;
}
