// Numbers, bytes, times and amounts as people read them. Amounts are wei (1e-18 OPEN) in, text out, rounded down unless asked.
const locale = 'en';
const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

export function formatNumber(value: number): string {
  return Math.abs(value) < 100 && !Number.isInteger(value) ? decimal.format(value) : integer.format(value);
}

/** 1,000 B = 1 kB, as disks and browsers count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? decimal.format(value) : integer.format(value)} ${units[unit]}`;
}

/** Parts per million as a percentage, one decimal below 10 %. Never shows 0 % for something, nor 100 % for less. */
export function formatPpm(ppm: number): string {
  if (ppm > 0 && ppm < 1000) return '< 0.1 %';
  if (ppm < 1_000_000 && ppm > 999_500) return '> 99.9 %';
  return `${decimal.format(ppm / 10_000)} %`;
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${integer.format(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** Milliseconds since 1970. */
export function formatDateTime(time: number): string {
  return dateTime.format(new Date(time));
}

const WEI_DIGITS = 18;

/**
 * An amount in OPEN with at most `digits` decimals, trailing zeros left out. `down` cuts the rest, for what somebody has or
 * gets; `up` is for prices and maxima, since less must not be promised than is charged.
 */
export function formatOpen(wei: bigint, digits = 6, rounding: 'down' | 'up' = 'down'): string {
  const negative = wei < 0n;
  const margin = rounding === 'up' ? 10n ** BigInt(WEI_DIGITS - digits) - 1n : 0n;
  const text = ((negative ? -wei : wei) + margin).toString().padStart(WEI_DIGITS + 1, '0');
  const whole = text.slice(0, -WEI_DIGITS);
  const fraction = text.slice(-WEI_DIGITS, text.length - WEI_DIGITS + digits).replace(/0+$/, '');
  const number = `${BigInt(whole).toLocaleString(locale)}${fraction === '' ? '' : `.${fraction}`}`;
  if (number === '0' && wei !== 0n) return `${negative ? '-' : ''}< 0.${'0'.repeat(digits - 1)}1 OPEN`;
  return `${negative ? '-' : ''}${number} OPEN`;
}

/** 0x1234…abcd */
export function shortAddress(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** The start and the end of a fingerprint (CID or hash). */
export function shortHash(hash: string): string {
  return hash.length <= 18 ? hash : `${hash.slice(0, 10)}…${hash.slice(-6)}`;
}
