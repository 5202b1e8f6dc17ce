// Numbers, bytes, times and amounts as people read them, in the chosen locale. Amounts are wei (1e-18 OPEN) in, text out,
// never rounded up. What is written here `parse.ts` reads back.
import { locale } from './dictionary.ts';

interface Formats {
  readonly integer: Intl.NumberFormat;
  readonly decimal: Intl.NumberFormat;
  readonly exact: Intl.NumberFormat;
  readonly dateTime: Intl.DateTimeFormat;
  readonly list: Intl.ListFormat;
}

const byLocale = new Map<string, Formats>();

function formats(): Formats {
  const tag = locale();
  const known = byLocale.get(tag);
  if (known !== undefined) return known;
  const made = {
    integer: new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }),
    decimal: new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }),
    exact: new Intl.NumberFormat(tag, { maximumFractionDigits: 3 }),
    dateTime: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    list: new Intl.ListFormat(tag, { type: 'unit' }),
  };
  byLocale.set(tag, made);
  return made;
}

export function formatNumber(value: number): string {
  return Math.abs(value) < 100 && !Number.isInteger(value)
    ? formats().decimal.format(value)
    : formats().integer.format(value);
}

/** With up to three decimals, whatever its size. */
export function formatExact(value: number): string {
  return formats().exact.format(value);
}

/** With three significant digits, whatever its size: what is not zero is never shown as zero. */
export function formatSignificant(value: number): string {
  return value.toLocaleString(locale(), { maximumSignificantDigits: 3 });
}

/** With exactly `digits` decimals, so that numbers in a column stand under each other. */
export function formatDecimals(value: number, digits: number): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** As it is typed into a field: every significant digit, no grouping. */
export function formatInput(value: number): string {
  if (!Number.isFinite(value)) return '';
  // The shortest decimal text of the number, so that reading it gives the same number.
  return new Intl.NumberFormat(locale(), { useGrouping: false, maximumFractionDigits: 100 }).format(
    String(value) as Intl.StringNumericLiteral,
  );
}

/** "a, b and c" */
export function formatList(items: readonly string[]): string {
  return formats().list.format(items);
}

/** 1,000 B = 1 kB, as disks and browsers count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const { decimal, integer } = formats();
  return `${value < 10 && unit > 0 ? decimal.format(value) : integer.format(value)} ${units[unit]}`;
}

/** Parts per million as a percentage, one decimal below 10 %. Never shows 0 % for something, nor 100 % for less. */
export function formatPpm(ppm: number): string {
  const { decimal } = formats();
  if (ppm > 0 && ppm < 1000) return `< ${decimal.format(0.1)} %`;
  if (ppm < 1_000_000 && ppm > 999_500) return `> ${decimal.format(99.9)} %`;
  return `${decimal.format(ppm / 10_000)} %`;
}

export function formatDuration(milliseconds: number): string {
  const { decimal, integer } = formats();
  if (Math.round(milliseconds) < 1000) return `${integer.format(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${decimal.format(milliseconds / 1000)} s`;
  // Rounded first: 119.7 s is 2 min, not 1 min and 60 s.
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${integer.format(minutes)} min ${integer.format(seconds % 60)} s`;
  return `${integer.format(Math.floor(minutes / 60))} h ${integer.format(minutes % 60)} min`;
}

/** Milliseconds since 1970. */
export function formatDateTime(time: number): string {
  return formats().dateTime.format(new Date(time));
}

export const WEI_DIGITS = 18;

/**
 * An amount in OPEN with at most `digits` decimals, trailing zeros left out. `down` cuts the rest, for what somebody has or
 * gets; `up` is for prices and maxima (never negative), since less must not be promised than is charged.
 */
export function formatOpen(wei: bigint, digits = 6, rounding: 'down' | 'up' = 'down'): string {
  const step = 10n ** BigInt(WEI_DIGITS - digits);
  const shown = rounding === 'up' ? ((wei + step - 1n) / step) * step : wei;
  const number = formatAmount(shown, digits);
  if (shown !== 0n && !/[1-9]/.test(decimalText(shown, digits))) {
    return `${wei < 0n ? '-' : ''}< ${formatDecimals(10 ** -digits, digits)} OPEN`;
  }
  return `${number} OPEN`;
}

/** An amount as it is typed into a field: without its unit, every digit. */
export function formatAmount(wei: bigint, digits = WEI_DIGITS): string {
  // A decimal text is formatted exactly; a number of this size would lose wei.
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(
    decimalText(wei, digits) as Intl.StringNumericLiteral,
  );
}

/** Wei as a decimal text of OPEN with a point, cut after `digits` decimals. */
function decimalText(wei: bigint, digits: number): string {
  const text = (wei < 0n ? -wei : wei).toString().padStart(WEI_DIGITS + 1, '0');
  const fraction = text.slice(-WEI_DIGITS, text.length - WEI_DIGITS + digits);
  return `${wei < 0n ? '-' : ''}${text.slice(0, -WEI_DIGITS)}.${fraction}`;
}

/** 0x1234…abcd */
export function shortAddress(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** The start and the end of a fingerprint (CID or hash). */
export function shortHash(hash: string): string {
  return hash.length <= 18 ? hash : `${hash.slice(0, 10)}…${hash.slice(-6)}`;
}
