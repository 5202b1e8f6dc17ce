// Texts with values in them: `'%s' % x` and `'{}'.format(x)`. The conversions that templates use; any other is named.
import { spendText } from './budget.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import {
  characters,
  floatText,
  hashKey,
  isDict,
  isMarkup,
  isTuple,
  isUndefined,
  type Keywords,
  numberOf,
  repr,
  textOf,
  typeName,
  type Value,
} from './values.ts';

const MAX_WIDTH = 10_000;

/** A double as an exact fraction: `numerator / 2^shift`. */
function fractionOf(value: number): { numerator: bigint; shift: bigint } {
  let shift = 0n;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1n;
  }
  return { numerator: BigInt(scaled), shift };
}

/** `value` times 10^places, rounded to the nearest whole number, ties to even. */
function roundedScaled(value: number, places: number): bigint {
  const { numerator, shift } = fractionOf(value);
  const top = places >= 0 ? numerator * 10n ** BigInt(places) : numerator;
  const bottom = (1n << shift) * (places >= 0 ? 1n : 10n ** BigInt(-places));
  const magnitude = top < 0n ? -top : top;
  const whole = magnitude / bottom;
  const twice = (magnitude % bottom) * 2n;
  const rounded = twice > bottom || (twice === bottom && whole % 2n === 1n) ? whole + 1n : whole;
  return top < 0n ? -rounded : rounded;
}

/** Python's `round(value, places)` of a float. */
export function roundFloat(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 323) return value;
  if (places < -308) return 0 * value;
  const scaled = roundedScaled(value, places);
  return scaled === 0n ? 0 * value : Number(`${scaled}e${-places}`);
}

/** A float with `places` decimals, as C's `%.*f`. */
function fixed(value: number, places: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  const negative = value < 0 || Object.is(value, -0);
  const digits = String(roundedScaled(Math.abs(value), places)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${negative ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
}

function pad(text: string, width: number, align: string, fill: string): string {
  if (width > MAX_WIDTH) throw templateUnsupported(`a width of ${width}`);
  const missing = width - characters(text).length;
  if (missing <= 0) return text;
  if (align === '<') return text + fill.repeat(missing);
  if (align === '^') return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
  if (align === '=') return text.replace(/^[-+ ]?/, (sign) => sign + fill.repeat(missing));
  return fill.repeat(missing) + text;
}

function placesOf(digits: string): number {
  const places = Number(digits);
  if (places > 100) throw templateUnsupported(`a precision of ${digits}`);
  return places;
}

const withSign = (text: string, sign: string): string =>
  text.startsWith('-') || (sign !== '+' && sign !== ' ') ? text : sign + text;

const PERCENT = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+|\*)?(?:\.(\d+|\*))?[hlL]?([\s\S]?)/g;

/** `format % value`. */
export function formatPercent(format: string, value: Value): string {
  if (isMarkup(value)) throw templateUnsupported('% with an escaped text');
  const listed = isTuple(value) ? value.items : [value];
  let used = 0;
  let named = false;
  const take = (): Value => {
    const item = listed[used];
    if (item === undefined) throw templateFailed('not enough arguments for format string');
    used += 1;
    return item;
  };
  const result = format.replace(PERCENT, (whole, name: string | undefined, flags: string, width, precision, type) => {
    if (type === '%' && whole === '%%') return '%';
    if (width === '*' || precision === '*' || flags.includes('#')) throw templateUnsupported(`the format ${whole}`);
    let item: Value;
    if (name === undefined) item = take();
    else {
      if (!isDict(value)) throw templateFailed('format requires a mapping');
      named = true;
      const entry = value.entries.get(hashKey(name));
      if (entry === undefined) throw templateFailed(repr(name));
      item = entry[1];
    }
    let text: string;
    const number = numberOf(item);
    if (type === 's' || type === 'r') {
      text = type === 's' ? textOf(item) : repr(item);
      if (precision !== undefined) text = [...text].slice(0, placesOf(precision)).join('');
    } else if (type === 'd' || type === 'i' || type === 'u') {
      if (number === undefined)
        throw templateFailed(`%${type} format: a real number is required, not ${typeName(item)}`);
      if (precision !== undefined || !Number.isFinite(Number(number))) throw templateUnsupported(`the format ${whole}`);
      text = withSign(
        String(typeof number === 'bigint' ? number : BigInt(Math.trunc(number))),
        flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
      );
    } else if (type === 'f' || type === 'F') {
      if (number === undefined) throw templateFailed(`must be real number, not ${typeName(item)}`);
      text = withSign(
        fixed(Number(number), placesOf(precision ?? '6')),
        flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
      );
    } else throw type === '' ? templateFailed('incomplete format') : templateUnsupported(`the format ${whole}`);
    const zeros = flags.includes('0') && type !== 's' && type !== 'r';
    return pad(
      text,
      Number(width ?? 0),
      flags.includes('-') ? '<' : zeros ? '=' : '>',
      zeros && !flags.includes('-') ? '0' : ' ',
    );
  });
  spendText(result.length);
  // What has items by key may stay unused, as the names of a mapping may.
  const keyed = Array.isArray(value) || isDict(value) || isUndefined(value) || typeName(value) === 'range';
  if (!named && !keyed && used < listed.length)
    throw templateFailed('not all arguments converted during string formatting');
  return result;
}

const SPECIFICATION = /^(?:([\s\S])?([<>=^]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$/u;

/** `format(value, specification)`. */
function formatValue(value: Value, specification: string): string {
  if (specification === '') return textOf(value);
  const match = SPECIFICATION.exec(specification);
  const unknown = templateUnsupported(`the format specification "${specification}" for ${typeName(value)}`);
  if (match === null) throw unknown;
  const [, fill, align, sign = '', alternate, zero, width = '', group = '', precision, type = ''] = match;
  const size = Number(width);
  const [filling, alignment] = [fill ?? (zero === '0' ? '0' : ' '), align ?? (zero === '0' ? '=' : undefined)];
  if (alternate === '#' || group === '_') throw unknown;
  if (typeof value === 'string') {
    if ((type !== '' && type !== 's') || sign !== '' || group !== '' || alignment === '=') throw unknown;
    const text = precision === undefined ? value : [...value].slice(0, placesOf(precision)).join('');
    return pad(text, size, alignment ?? '<', filling);
  }
  if (typeof value === 'boolean') throw unknown;
  const number = numberOf(value);
  if (number === undefined)
    throw isUndefined(value) ? templateFailed('unsupported format string passed to Undefined.__format__') : unknown;
  let text: string;
  if (typeof number === 'bigint' && (type === '' || type === 'd') && precision === undefined) text = String(number);
  else if (
    typeof number === 'bigint' &&
    (type === 'x' || type === 'b' || type === 'o') &&
    precision === undefined &&
    group === ''
  )
    text = number.toString({ x: 16, b: 2, o: 8 }[type]);
  else if (type === 'f' || type === 'F' || type === '%') {
    const plain = Number(number);
    text =
      type === '%' ? `${fixed(plain * 100, placesOf(precision ?? '6'))}%` : fixed(plain, placesOf(precision ?? '6'));
  } else throw unknown;
  if (group === ',') {
    if (zero === '0') throw unknown;
    text = text.replace(
      /^(-?)(\d+)/,
      (_, minus: string, digits: string) => minus + digits.replace(/\B(?=(\d{3})+$)/g, ','),
    );
  }
  return pad(withSign(text, sign), size, alignment ?? '>', filling);
}

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([a-z]))?(?::([^{}]*))?\}|[{}]/g;

/** `text.format(*positional, **keywords)`. Fields with attributes, indices or nested fields are named. */
export function formatBraces(text: string, positional: readonly Value[], keywords: Keywords): string {
  let automatic = 0;
  let manual = false;
  const result = text.replace(
    FIELD,
    (whole, name: string | undefined, conversion: string | undefined, specification = '') => {
      if (whole === '{{' || whole === '}}') return whole[0] as string;
      if (name === undefined) {
        if (/\{[^}]*\{/.test(text)) throw templateUnsupported('a format field inside a format field');
        throw templateFailed(`Single '${whole}' encountered in format string`);
      }
      if (/[.[]/.test(name)) throw templateUnsupported(`the format field {${name}}`);
      let value: Value | undefined;
      if (/^\d*$/.test(name)) {
        if (name === '' ? manual : automatic > 0)
          throw templateFailed('cannot switch from manual field specification to automatic field numbering');
        if (name === '') automatic += 1;
        else manual = true;
        value = positional[name === '' ? automatic - 1 : Number(name)];
        if (value === undefined) throw templateFailed('Replacement index out of range for positional args tuple');
      } else {
        value = keywords.get(name);
        if (value === undefined) throw templateFailed(repr(name));
      }
      if (conversion !== undefined && conversion !== 's' && conversion !== 'r')
        throw templateUnsupported(`the conversion !${conversion}`);
      if (isMarkup(value)) throw templateUnsupported('format with an escaped text');
      if (conversion === undefined) return formatValue(value, specification);
      return formatValue(conversion === 'r' ? repr(value) : textOf(value), specification);
    },
  );
  spendText(result.length);
  return result;
}
