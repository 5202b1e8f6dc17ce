// Decimal numbers between two bounds as a grammar over their digits, exact also where a bound is a fraction.
import { integerRange } from './integerRange.ts';

/** Decimals that a number without near bounds may have. */
export const MAX_DECIMALS = 12;

/** Two decimals of at most 15 digits are never the same double, so a number cannot round to a bound that it must not reach. */
const MAX_SIGNIFICANT = 15;

export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** Digits before and behind the point of the shortest text that reads as `value`, which is not negative. */
function digitsOf(value: number): { readonly whole: number; readonly decimals: string } {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const decimals = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  return { whole: Number(whole), decimals: decimals.replace(/0+$/, '') };
}

/** Decimals of one bound from some digit on; `''` is zero. */
interface DecimalBound {
  readonly digits: string;
  readonly exclusive: boolean;
}

/** Decimals by their first digit; whether there may be none is apart. */
interface Decimals {
  readonly none: boolean;
  readonly some: readonly string[];
}

const choice = (options: readonly string[]): string =>
  options.length === 1 ? (options[0] as string) : `(${options.join(' | ')})`;

const digitClass = (from: number, to: number): string => (from === to ? `"${from}"` : `[${from}-${to}]`);

/** Up to `length` digits whose number, read behind a point, is at least `low` and at most `high`. */
function decimalsBetween(low: DecimalBound | undefined, high: DecimalBound | undefined, length: number): Decimals {
  const meets = ({ digits, exclusive }: DecimalBound): boolean => digits === '' && !exclusive;
  const none = (low === undefined || meets(low)) && (high === undefined || high.digits !== '' || !high.exclusive);
  if (length === 0) return { none, some: [] };
  // From here on a lower bound that is met, and an upper one of which nothing is left, are as good as decided.
  const bottom = low === undefined || meets(low) ? undefined : low;
  if (high !== undefined && high.digits === '' && (high.exclusive || bottom !== undefined)) return { none, some: [] };
  const first = Number(bottom?.digits[0] ?? 0);
  const last = high === undefined ? 9 : Number(high.digits[0] ?? 0);
  const rest = (bound: DecimalBound | undefined): DecimalBound | undefined =>
    bound === undefined ? undefined : { ...bound, digits: bound.digits.slice(1) };
  const some: string[] = [];
  const add = (from: number, to: number, tail: Decimals): void => {
    if (from > to) return;
    const digit = digitClass(from, to);
    if (tail.some.length === 0) {
      if (tail.none) some.push(digit);
    } else some.push(tail.none ? `${digit} (${tail.some.join(' | ')})?` : `${digit} ${choice(tail.some)}`);
  };
  const free: Decimals = { none: true, some: length > 1 ? [`[0-9]{1,${length - 1}}`] : [] };
  if (first === last) add(first, last, decimalsBetween(rest(bottom), rest(high), length - 1));
  else {
    if (bottom !== undefined) add(first, first, decimalsBetween(rest(bottom), undefined, length - 1));
    add(bottom === undefined ? first : first + 1, high === undefined ? last : last - 1, free);
    if (high !== undefined) add(last, last, decimalsBetween(undefined, rest(high), length - 1));
  }
  return { none, some };
}

/** Numbers of one sign, by magnitude. */
function magnitudes(low: Bound, high: Bound | undefined): string[] {
  const bottom = digitsOf(low.value);
  const top = high === undefined ? undefined : digitsOf(high.value);
  const lowest: DecimalBound = { digits: bottom.decimals, exclusive: low.exclusive };
  const highest =
    high === undefined || top === undefined ? undefined : { digits: top.decimals, exclusive: high.exclusive };
  const lengthAt = (whole: number): number =>
    Math.max(0, Math.min(MAX_DECIMALS, MAX_SIGNIFICANT - String(whole).length));
  const at = (whole: number, decimals: Decimals): string[] => {
    const number = `"${whole}"`;
    if (decimals.some.length === 0) return decimals.none ? [number] : [];
    const point = `"." ${choice(decimals.some)}`;
    return [decimals.none ? `${number} (${point})?` : `${number} ${point}`];
  };
  if (top !== undefined && top.whole === bottom.whole)
    return at(top.whole, decimalsBetween(lowest, highest, lengthAt(top.whole)));
  const options = at(bottom.whole, decimalsBetween(lowest, undefined, lengthAt(bottom.whole)));
  const between = [bottom.whole + 1, top === undefined ? Number.POSITIVE_INFINITY : top.whole - 1] as const;
  const length = top === undefined ? MAX_DECIMALS : lengthAt(top.whole);
  if (between[0] <= between[1])
    options.push(
      ...integerRange(...between).map((whole) => (length === 0 ? whole : `${whole} ("." [0-9]{1,${length}})?`)),
    );
  if (top !== undefined) options.push(...at(top.whole, decimalsBetween(undefined, highest, lengthAt(top.whole))));
  return options;
}

/**
 * Alternatives for the decimal numbers from `low` to `high`, at most 2^53 - 1 in magnitude, with up to 12 decimals and 15 digits in
 * all; an absent bound is none, and numbers on that side have up to 15 digits before the point. Undefined when no such number lies
 * between them. There is no exponent, and no negative zero.
 */
export function decimalRange(low: Bound | undefined, high: Bound | undefined): string[] | undefined {
  const flip = (bound: Bound): Bound => ({ ...bound, value: -bound.value });
  const options: string[] = [];
  const isEmpty =
    low !== undefined &&
    high !== undefined &&
    (low.value > high.value || (low.value === high.value && (low.exclusive || high.exclusive)));
  if (isEmpty) return undefined;
  if (low === undefined || low.value < 0) {
    const least = high !== undefined && high.value < 0 ? flip(high) : { value: 0, exclusive: true };
    options.push(...magnitudes(least, low === undefined ? undefined : flip(low)).map((digits) => `"-" ${digits}`));
  }
  if (high === undefined || high.value >= 0) {
    const least = low !== undefined && low.value >= 0 ? low : { value: 0, exclusive: false };
    options.push(
      ...magnitudes(
        { ...least, value: Math.abs(least.value) },
        high === undefined ? undefined : { ...high, value: Math.abs(high.value) },
      ),
    );
  }
  return options.length === 0 ? undefined : options;
}
