// Whole parts per million from exact weights: floors first, the units left over go to the largest remainders, ties to the
// lowest index (A. Hamilton, 1792).
import { TributaryError } from '../../lib/errors.ts';
import { PPM_TOTAL } from '../../lib/units.ts';
import { sum } from './rational.ts';

/**
 * Integers in proportion to `weights` that add to exactly `total`, or null when all weights are zero.
 * Throws `SHARE_WEIGHT_INVALID` when there are no weights.
 */
export function largestRemainder(weights: readonly bigint[], total: number = PPM_TOTAL): number[] | null {
  if (weights.length === 0) {
    throw new TributaryError({
      code: 'SHARE_WEIGHT_INVALID',
      message: 'There is nobody to share among.',
      hint: 'Publish the Datanet with at least one contributor.',
    });
  }
  const whole = sum(weights);
  if (whole === 0n) return null;
  const scaled = weights.map((weight) => weight * BigInt(total));
  const parts = scaled.map((value) => Number(value / whole));
  const remainders = scaled.map((value) => value % whole);
  const missing = total - parts.reduce((taken, part) => taken + part, 0);
  const order = remainders
    .map((remainder, index) => ({ remainder, index }))
    // Stable, so that ties stay in the order of their index; only the sign of the difference counts.
    .sort((one, other) => Number(other.remainder - one.remainder));
  for (const { index } of order.slice(0, missing)) parts[index] = (parts[index] as number) + 1;
  return parts;
}
