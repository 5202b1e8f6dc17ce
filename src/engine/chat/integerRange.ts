// Integers between two bounds as a grammar over their decimal digits.

/** Digit classes for the numbers of `length` digits from `low` to `high`, both of that length. */
function sameLength(low: string, high: string): string[] {
  const [first = '', last = ''] = [low[0], high[0]];
  const digit = (from: string, to: string): string => (from === to ? `"${from}"` : `[${from}-${to}]`);
  const rest = low.length - 1;
  if (rest === 0) return [digit(first, last)];
  const any = rest === 1 ? '[0-9]' : `[0-9]{${rest},${rest}}`;
  if (/^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1))) return [`${digit(first, last)} ${any}`];
  if (first === last) return sameLength(low.slice(1), high.slice(1)).map((tail) => `"${first}" ${tail}`);
  const between = [
    ...sameLength(low.slice(1), '9'.repeat(rest)).map((tail) => `"${first}" ${tail}`),
    ...(Number(last) - Number(first) > 1
      ? [`${digit(String(Number(first) + 1), String(Number(last) - 1))} ${any}`]
      : []),
    ...sameLength('0'.repeat(rest), high.slice(1)).map((tail) => `"${last}" ${tail}`),
  ];
  return between;
}

/** Maximum number of digits where a bound is missing: any such number is exact in a double. */
const MAX_DIGITS = 15;

/** Alternatives for the numbers 0 and above from `low` to `high`, by their number of digits. */
function magnitudes(low: number, high: number): string[] {
  const highest = Number.isFinite(high) ? high : Math.max(low, 10 ** MAX_DIGITS - 1);
  const alternatives: string[] = [];
  for (let length = String(low).length; length <= String(highest).length; length += 1) {
    const from = Math.max(low, length === 1 ? 0 : 10 ** (length - 1));
    const to = Math.min(highest, 10 ** length - 1);
    alternatives.push(...sameLength(String(from), String(to)));
  }
  return alternatives;
}

/**
 * Alternatives for the integers from `low` to `high`, at most 2^53 - 1 in magnitude. One bound may be infinite; numbers on that
 * side then have up to 15 digits.
 */
export function integerRange(low: number, high: number): string[] {
  const negative = low < 0 ? magnitudes(Math.max(1, -high), -low).map((digits) => `"-" ${digits}`) : [];
  const positive = high >= 0 ? magnitudes(Math.max(0, low), high) : [];
  return [...negative, ...positive];
}
