// Numbers and amounts as people type them, in the chosen locale. What could be another number in another locale is refused,
// never guessed: under de-DE "1.5" is no number, and under en "1,50" is none.
import { locale } from './dictionary.ts';
import { formatDecimals, WEI_DIGITS } from './format.ts';
import { t } from './t.ts';

/** Why a text is no number. */
export type ParseProblem = 'empty' | 'notNumber' | 'grouping' | 'decimals';

export type Parsed<Value> = { readonly value: Value } | { readonly problem: ParseProblem };

interface Marks {
  readonly decimal: string;
  readonly group: string;
  /** How many digits stand in the groups before the last one: two in India. */
  readonly groupSize: number;
  /** The ten digits of the locale, 0 first. */
  readonly digits: readonly string[];
}

const byLocale = new Map<string, Marks>();

function marks(): Marks {
  const tag = locale();
  const known = byLocale.get(tag);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(tag, { useGrouping: true, minimumFractionDigits: 1 });
  const parts = format.formatToParts(1234567890.5);
  const integers = parts.filter(({ type }) => type === 'integer').map(({ value }) => [...value].length);
  const made: Marks = {
    decimal: parts.find(({ type }) => type === 'decimal')?.value ?? '.',
    group: parts.find(({ type }) => type === 'group')?.value ?? '',
    groupSize: integers.length > 2 ? (integers.at(-2) ?? 3) : 3,
    digits: [...new Intl.NumberFormat(tag, { useGrouping: false }).format(9876543210)].reverse(),
  };
  byLocale.set(tag, made);
  return made;
}

const spaces = /[\s\u00a0\u2009\u202f]/g;
const apostrophes = /['’ʼ]/g;

/** Marks that look alike count as one: a keyboard has one space, one apostrophe and one hyphen. */
function alike(text: string): string {
  return text
    .replace(/[\u200e\u200f\u061c]/g, '')
    .replace(spaces, ' ')
    .replace(apostrophes, '’')
    .replace(/\u2212/g, '-');
}

interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

function isGrouped(whole: string, group: string, groupSize: number): boolean {
  const groups = whole.split(group);
  const first = groups[0] ?? '';
  const middle = groups.slice(1, -1);
  const fits = (size: number): boolean =>
    first.length >= 1 &&
    first.length <= size &&
    !first.startsWith('0') &&
    middle.every((part) => part.length === size) &&
    groups.at(-1)?.length === 3;
  return fits(groupSize) || fits(3);
}

function parseDecimal(text: string): Parsed<Decimal> {
  const { decimal, group, groupSize, digits } = marks();
  const typed = alike(text)
    .trim()
    .replace(/\p{Nd}/gu, (digit) => (digits.includes(digit) ? String(digits.indexOf(digit)) : digit));
  if (typed === '') return { problem: 'empty' };
  const negative = typed.startsWith('-');
  const [whole = '', fraction = '', ...more] = (negative ? typed.slice(1) : typed).split(alike(decimal));
  const mark = alike(group);
  const plain = mark === '' ? whole : whole.split(mark).join('');
  if (more.length > 0 || !/^\d*$/.test(fraction) || !/^\d*$/.test(plain) || plain + fraction === '') {
    // Only digits and the marks of some locale: a number, but not how it is written here.
    return { problem: /^[\d.,’ ٫٬]+$/.test(typed) && /\d/.test(typed) ? 'grouping' : 'notNumber' };
  }
  if (plain !== whole && !isGrouped(whole, mark, groupSize)) return { problem: 'grouping' };
  return { value: { negative, whole: plain === '' ? '0' : plain, fraction } };
}

/** A typed number. */
export function parseNumber(text: string): Parsed<number> {
  const parsed = parseDecimal(text);
  if ('problem' in parsed) return parsed;
  const { negative, whole, fraction } = parsed.value;
  const value = Number(`${negative ? '-' : ''}${whole}.${fraction === '' ? '0' : fraction}`);
  return Number.isFinite(value) ? { value } : { problem: 'notNumber' };
}

/** A typed amount in OPEN, as exact wei; more than 18 decimals name no amount. */
export function parseOpen(text: string): Parsed<bigint> {
  const parsed = parseDecimal(text);
  if ('problem' in parsed) return parsed;
  const { negative, whole, fraction } = parsed.value;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > WEI_DIGITS) return { problem: 'decimals' };
  const wei = BigInt(whole + digits.padEnd(WEI_DIGITS, '0'));
  return { value: negative ? -wei : wei };
}

/** The value, or nothing when the text is no number. */
export function parsedValue<Value>(parsed: Parsed<Value>): Value | undefined {
  return 'value' in parsed ? parsed.value : undefined;
}

/** What to say beside the field. */
export function parseProblemText(problem: ParseProblem): string {
  return t(`ui.number.${problem}`, { example: formatDecimals(1234.5, 1), decimals: WEI_DIGITS });
}
