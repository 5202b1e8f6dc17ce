// Jinja's filters, and the ones that transformers replaces. Which parameters a filter has, and what it does with each kind of value,
// follows `filters.py` of Jinja 3.1.
import { getAttribute, getPath } from './attributes.ts';
import { spend, spendText } from './budget.ts';
import { formatPercent, roundFloat } from './formatText.ts';
import { toJson } from './json.ts';
import { binary, compare } from './operators.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import { runTest } from './tests.ts';
import { align, capitalize, joinTexts, replace, splitLines, strip } from './textMethods.ts';
import { SPACE } from './tokenize.ts';
import {
  hashKey,
  intOf,
  isDict,
  isMarkup,
  isTrue,
  isTyped,
  isUndefined,
  itemsOf,
  iteratorOf,
  type Keywords,
  lengthOf,
  lessThan,
  numberOf,
  sequence,
  textOf,
  tuple,
  typeName,
  undefinedValue,
  type Value,
} from './values.ts';

type Args = readonly (Value | undefined)[];

interface Filter {
  readonly parameters: readonly string[];
  readonly apply: (value: Value, args: Args) => Value;
}

/** Arguments in the order of the parameters. */
export function bind(
  name: string,
  parameters: readonly string[],
  positional: readonly Value[],
  keywords: Keywords,
): Args {
  if (positional.length > parameters.length)
    throw templateFailed(`${name}() takes ${parameters.length} arguments but ${positional.length} were given`);
  const args: (Value | undefined)[] = [...positional];
  for (const [key, value] of keywords) {
    const place = parameters.indexOf(key);
    if (place < 0) throw templateFailed(`${name}() got an unexpected keyword argument '${key}'`);
    if (place < positional.length) throw templateFailed(`${name}() got multiple values for argument '${key}'`);
    args[place] = value;
  }
  return args;
}

/** A value as text, as most filters take it. A text that `escape` made would stay one. */
function softText(value: Value): string {
  if (isMarkup(value)) throw templateUnsupported('this filter on an escaped text');
  return textOf(value);
}

function intArgument(value: Value | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const int = intOf(value);
  if (int === undefined) throw templateFailed(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(int);
}

const flag = (value: Value | undefined): boolean => value !== undefined && isTrue(value);
const lowered = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** A generator: what it computes is computed when it is read, once. */
function lazily(generate: () => Generator<Value>): Value {
  const generator = generate();
  return { type: 'generator', iterate: () => generator };
}

function getter(path: Value | undefined, caseSensitive: boolean): (item: Value) => Value {
  return (item) => {
    const found = path === undefined ? item : getPath(item, path);
    return caseSensitive ? found : lowered(found);
  };
}

function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: boolean): Value[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  const sign = reverse ? -1 : 1;
  keyed.sort((one, other) => (lessThan(one.key, other.key) ? -sign : lessThan(other.key, one.key) ? sign : 0));
  return keyed.map(({ item }) => item);
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };
const escapeHtml = (text: string): string => text.replace(/[&<>'"]/g, (character) => HTML[character] as string);

const markup = (text: string): Value => {
  spendText(text.length);
  return { type: 'Markup', text };
};

const escapeFilter: Filter = {
  parameters: [],
  apply: (value) => (isMarkup(value) ? value : markup(escapeHtml(textOf(value)))),
};

/** Python's numbers may have digits of any script. */
function checkDigits(text: string): void {
  if (/(?![0-9])\p{Nd}/u.test(text)) throw templateUnsupported('a number in digits beyond ASCII');
}

function parseInteger(text: string, base: number): bigint | undefined {
  checkDigits(text);
  const match = /^([-+]?)(?:0([xob]))?([\da-z](?:_?[\da-z])*)$/i.exec(strip(text, null));
  if (match === null) return undefined;
  const [, sign, prefix = '', digits = ''] = match;
  const prefixed = { '': base, x: 16, o: 8, b: 2 }[prefix.toLowerCase()] as number;
  if (base !== 0 && prefixed !== base) return undefined;
  const radix = base === 0 && prefix === '' ? 10 : prefixed;
  if (radix < 2 || radix > 36) throw templateFailed('int() base must be >= 2 and <= 36, or 0');
  const plain = digits.replaceAll('_', '').toLowerCase();
  if ([...plain].some((digit) => Number.parseInt(digit, 36) >= radix)) return undefined;
  spend(plain.length);
  const value = [...plain].reduce((sum, digit) => sum * BigInt(radix) + BigInt(Number.parseInt(digit, 36)), 0n);
  return sign === '-' ? -value : value;
}

function parseFloatText(text: string): number | undefined {
  checkDigits(text);
  const plain = strip(text, null).toLowerCase();
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(plain);
  if (special !== null)
    return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const digits = String.raw`\d(?:_?\d)*`;
  const number = new RegExp(`^[-+]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[-+]?${digits})?$`);
  return number.test(plain) ? Number(plain.replaceAll('_', '')) : undefined;
}

function truncated(value: number): bigint | undefined {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
}

function toInt(value: Value, fallback: Value, base: number): Value {
  if (isUndefined(value)) throw templateFailed(value.message);
  if (typeof value === 'string') {
    const parsed = parseInteger(value, base);
    if (parsed !== undefined) return parsed;
    const float = parseFloatText(value);
    return (float === undefined ? undefined : truncated(float)) ?? fallback;
  }
  const number = numberOf(value);
  if (typeof number !== 'number') return number ?? fallback;
  if (Math.abs(number) === Number.POSITIVE_INFINITY) throw templateFailed('cannot convert float infinity to integer');
  return truncated(number) ?? fallback;
}

function rounded(value: Value, precision: number, method: string): Value {
  const number = numberOf(value);
  if (number === undefined) throw templateFailed(`type ${typeName(value)} doesn't define __round__ method`);
  if (!['common', 'ceil', 'floor'].includes(method)) throw templateFailed('method must be common, ceil or floor');
  if (method !== 'common') {
    if (precision < 0) throw templateUnsupported('round with a negative precision');
    const scale = 10 ** precision;
    const whole = Math[method as 'ceil' | 'floor'](Number(number) * scale);
    if (!Number.isFinite(whole)) throw templateFailed('cannot convert float infinity or NaN to integer');
    // An int in Python, which has no negative zero.
    return (whole || 0) / scale;
  }
  if (typeof number === 'number') return roundFloat(number, precision);
  if (precision >= 0) return number;
  throw templateUnsupported('round with a negative precision');
}

function indented(value: Value, width: Value | undefined, first: boolean, blank: boolean): Value {
  const indention =
    typeof width === 'string' ? width : ' '.repeat(Math.min(10_000, Math.max(0, intArgument(width, 4))));
  if (isUndefined(value)) throw templateFailed(value.message);
  if (typeof value !== 'string' && !isMarkup(value))
    throw templateFailed(`unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
  const lines = splitLines(`${softText(value)}\n`);
  spendText(lines.length * indention.length);
  const [head = '', ...rest] = lines;
  const body = blank
    ? rest.map((line) => indention + line)
    : rest.map((line) => (line === '' ? line : indention + line));
  return (first ? indention : '') + [head, ...body].join('\n');
}

function cut(value: Value, args: Args): Value {
  const size = lengthOf(value);
  if (size === undefined) throw templateFailed(`object of type '${typeName(value)}' has no len()`);
  const length = intArgument(args[0], 255);
  const end = args[2] === undefined ? '...' : softText(args[2]);
  const leeway = args[3] === undefined || args[3] === null ? 5 : intArgument(args[3], 5);
  if (length < [...end].length || leeway < 0) throw templateFailed('truncate: the length is below that of its end');
  if (size <= length + leeway) return value;
  if (typeof value !== 'string') throw templateUnsupported(`truncate of a ${typeName(value)}`);
  const all = [...value];
  const kept = all.slice(0, length - [...end].length).join('');
  if (flag(args[1])) return kept + end;
  const space = kept.lastIndexOf(' ');
  return (space < 0 ? kept : kept.slice(0, space)) + end;
}

function extreme(value: Value, args: Args, isBetter: (one: Value, other: Value) => boolean): Value {
  const items = [...itemsOf(value)];
  if (items.length === 0) return undefinedValue('No aggregated item, sequence was empty.');
  const key = getter(args[1] ?? undefined, flag(args[0]));
  let [best, bestKey] = [items[0] as Value, key(items[0] as Value)];
  for (const item of items.slice(1)) {
    const itemKey = key(item);
    if (isBetter(itemKey, bestKey)) [best, bestKey] = [item, itemKey];
  }
  return best;
}

/** Items from last to first, where Python can walk that way. */
function reversedItems(value: Value): Value[] | undefined {
  const items = sequence(value);
  if (items !== undefined) return items.toReversed();
  if (typeof value === 'string') return [...value].reverse();
  if (isUndefined(value)) return [];
  if (isTyped(value) && (value.type === 'dict' || value.type === 'range' || value.type.startsWith('dict_')))
    return [...itemsOf(value)].reverse();
  return undefined;
}

function groups(value: Value, args: Args): Value {
  const [path = null, fallback, caseSensitive] = args;
  const found = (item: Value): Value => {
    const group = getPath(item, path);
    return isUndefined(group) && fallback !== undefined && fallback !== null ? fallback : group;
  };
  const fold = (group: Value): Value => (flag(caseSensitive) ? group : lowered(group));
  const keyed = [...itemsOf(value)].map((item) => tuple(found(item), item));
  const ordered = sorted(keyed, (pair) => fold((pair as { items: readonly Value[] }).items[0] as Value), false);
  const result: { group: Value; items: Value[] }[] = [];
  let last: string | undefined;
  for (const pair of ordered) {
    const [group = null, item = null] = (pair as { items: readonly Value[] }).items;
    const key = hashKey(fold(group));
    if (key !== last) result.push({ group, items: [] });
    result.at(-1)?.items.push(item);
    last = key;
  }
  return result.map(({ group, items }) => ({ type: 'tuple', items: [group, items], names: ['grouper', 'list'] }));
}

function json(value: Value, [ascii, indent = null, separators = null, sorting]: Args): Value {
  const pair = separators === null ? undefined : sequence(separators)?.map(textOf);
  if (separators !== null && pair?.length !== 2) throw templateFailed('separators must be two texts');
  if (indent !== null && typeof indent !== 'string' && intOf(indent) === undefined)
    throw templateFailed('indent must be an int or a text');
  const width =
    indent === null
      ? undefined
      : typeof indent === 'string'
        ? indent
        : ' '.repeat(Math.min(1_000, Math.max(0, intArgument(indent, 0))));
  return toJson(value, {
    ascii: flag(ascii),
    indent: width,
    separators: (pair as [string, string] | undefined) ?? (indent === null ? [', ', ': '] : [',', ': ']),
    sorted: flag(sorting),
  });
}

const urlQuote = (text: string, query: boolean): string => {
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return query ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/');
};

const text = (change: (value: string, args: Args) => Value, parameters: readonly string[] = []): Filter => ({
  parameters,
  apply(value, args) {
    const from = softText(value);
    spendText(from.length);
    return change(from, args);
  },
});

const length: Filter = {
  parameters: [],
  apply(value) {
    const count = lengthOf(value);
    if (count === undefined) throw templateFailed(`object of type '${typeName(value)}' has no len()`);
    return BigInt(count);
  },
};

const fallbackFilter: Filter = {
  parameters: ['default_value', 'boolean'],
  apply: (value, [other = '', boolean]) => (isUndefined(value) || (flag(boolean) && !isTrue(value)) ? other : value),
};

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: {
    parameters: [],
    apply(value) {
      const number = numberOf(value);
      if (number === undefined) throw templateFailed(`bad operand type for abs(): '${typeName(value)}'`);
      return typeof number === 'bigint' ? (number < 0n ? -number : number) : Math.abs(number);
    },
  },
  attr: {
    parameters: ['name'],
    apply(value, [name = null]) {
      if (typeof name !== 'string') throw templateFailed('attribute name must be string');
      if (isUndefined(value)) throw templateFailed(value.message);
      // Unlike `value.name`, no item of a mapping.
      const found = isDict(value)
        ? getAttribute({ type: 'dict', entries: new Map() }, name)
        : getAttribute(value, name);
      return found;
    },
  },
  batch: {
    parameters: ['linecount', 'fill_with'],
    apply: (value, [count, fill = null]) =>
      lazily(function* () {
        const size = intArgument(count, 0);
        let batch: Value[] = [];
        for (const item of itemsOf(value)) {
          if (batch.length === size) {
            yield batch;
            batch = [];
          }
          batch.push(item);
        }
        if (batch.length === 0) return;
        spend(Math.max(0, size));
        while (fill !== null && batch.length < size) batch.push(fill);
        yield batch;
      }),
  },
  capitalize: text(capitalize),
  center: text((value, [width]) => align(value, intArgument(width, 80), 'center'), ['width']),
  count: length,
  d: fallbackFilter,
  default: fallbackFilter,
  dictsort: {
    parameters: ['case_sensitive', 'by', 'reverse'],
    apply(value, [caseSensitive, by = 'key', reverse]) {
      if (!isDict(value)) throw templateFailed(`'${typeName(value)}' object has no attribute 'items'`);
      if (by !== 'key' && by !== 'value') throw templateFailed('You can only sort by either "key" or "value"');
      const pairs = [...value.entries.values()].map((entry) => tuple(...entry));
      const key = (pair: Value): Value => {
        const part = (pair as { items: readonly Value[] }).items[by === 'key' ? 0 : 1] as Value;
        return flag(caseSensitive) ? part : lowered(part);
      };
      return sorted(pairs, key, flag(reverse));
    },
  },
  e: escapeFilter,
  escape: escapeFilter,
  first: {
    parameters: [],
    apply(value) {
      const { value: item, done } = itemsOf(value).next();
      return done === true ? undefinedValue('No first item, sequence was empty.') : item;
    },
  },
  float: {
    parameters: ['default'],
    apply(value, [fallback = 0]) {
      if (isUndefined(value)) throw templateFailed(value.message);
      const number = typeof value === 'string' ? parseFloatText(value) : numberOf(value);
      if (typeof number === 'bigint' && !Number.isFinite(Number(number)))
        throw templateFailed('int too large to convert to float');
      return number === undefined ? fallback : Number(number);
    },
  },
  forceescape: { parameters: [], apply: (value) => markup(escapeHtml(textOf(value))) },
  groupby: { parameters: ['attribute', 'default', 'case_sensitive'], apply: groups },
  indent: {
    parameters: ['width', 'first', 'blank'],
    apply: (value, [width, first, blank]) => indented(value, width, flag(first), flag(blank)),
  },
  int: {
    parameters: ['default', 'base'],
    apply: (value, [fallback = 0n, base]) => toInt(value, fallback, intArgument(base, 10)),
  },
  items: {
    parameters: [],
    apply: (value) =>
      lazily(function* () {
        if (isUndefined(value)) return;
        if (!isDict(value)) throw templateFailed('Can only get item pairs from a mapping.');
        for (const entry of value.entries.values()) yield tuple(...entry);
      }),
  },
  join: {
    parameters: ['d', 'attribute'],
    apply(value, [separator = '', path = null]) {
      const parts = [...itemsOf(value)].map((item) => textOf(path === null ? item : getPath(item, path)));
      return joinTexts(textOf(separator), parts);
    },
  },
  last: {
    parameters: [],
    apply(value) {
      const items = reversedItems(value);
      if (items === undefined) throw templateFailed(`'${typeName(value)}' object is not reversible`);
      return items[0] ?? (items.length > 0 ? null : undefinedValue('No last item, sequence was empty.'));
    },
  },
  length,
  list: { parameters: [], apply: (value) => [...itemsOf(value)] },
  lower: text((value) => value.toLowerCase()),
  max: {
    parameters: ['case_sensitive', 'attribute'],
    apply: (value, args) => extreme(value, args, (one, best) => compare('>', one, best)),
  },
  min: { parameters: ['case_sensitive', 'attribute'], apply: (value, args) => extreme(value, args, lessThan) },
  replace: {
    parameters: ['old', 'new', 'count'],
    apply(value, [old, by, count = null]) {
      if (old === undefined || by === undefined) throw templateFailed('replace() needs the old and the new text');
      return replace(textOf(value), textOf(old), textOf(by), count === null ? -1 : intArgument(count, -1));
    },
  },
  reverse: {
    parameters: [],
    apply(value) {
      if (typeof value === 'string') return [...value].reverse().join('');
      const items = reversedItems(value);
      if (items === undefined) return [...itemsOf(value)].reverse();
      const iterator = items[Symbol.iterator]();
      return { type: 'list_reverseiterator', iterate: () => iterator };
    },
  },
  round: {
    parameters: ['precision', 'method'],
    apply: (value, [precision, method = 'common']) => rounded(value, intArgument(precision, 0), textOf(method)),
  },
  safe: { parameters: [], apply: (value) => (isMarkup(value) ? value : markup(textOf(value))) },
  slice: {
    parameters: ['slices', 'fill_with'],
    apply: (value, [count, fill = null]) =>
      lazily(function* () {
        const items = [...itemsOf(value)];
        const slices = intArgument(count, 0);
        if (slices === 0) throw templateFailed('integer division or modulo by zero');
        const [each, extra] = [Math.floor(items.length / slices), items.length % slices];
        let start = 0;
        for (let slice = 0; slice < slices; slice += 1) {
          spend();
          const end = start + each + (slice < extra ? 1 : 0);
          const part = items.slice(start, end);
          if (fill !== null && slice >= extra) part.push(fill);
          yield part;
          start = end;
        }
      }),
  },
  sort: {
    parameters: ['reverse', 'case_sensitive', 'attribute'],
    apply(value, [reverse, caseSensitive, path = null]) {
      const paths = typeof path === 'string' ? path.split(',') : [path];
      const keys = paths.map((each) => getter(each, flag(caseSensitive)));
      return sorted([...itemsOf(value)], (item) => keys.map((key) => key(item)), flag(reverse));
    },
  },
  string: { parameters: [], apply: (value) => (isMarkup(value) ? value : textOf(value)) },
  sum: {
    parameters: ['attribute', 'start'],
    apply(value, [path = null, start = 0n]) {
      if (typeof start === 'string') throw templateFailed("sum() can't sum strings [use ''.join(seq) instead]");
      return [...itemsOf(value)].reduce(
        (sum, item) => binary('+', sum, path === null ? item : getPath(item, path)),
        start,
      );
    },
  },
  title: text((value) =>
    value
      .split(new RegExp(`((?:[-({[<]|${SPACE})+)`, 'u'))
      .map(capitalizeRest)
      .join(''),
  ),
  tojson: { parameters: ['ensure_ascii', 'indent', 'separators', 'sort_keys'], apply: json },
  trim: text((value, [chars]) => strip(value, chars), ['chars']),
  truncate: { parameters: ['length', 'killwords', 'end', 'leeway'], apply: cut },
  unique: {
    parameters: ['case_sensitive', 'attribute'],
    apply: (value, [caseSensitive, path = null]) =>
      lazily(function* () {
        const seen = new Set<string>();
        const key = getter(path, flag(caseSensitive));
        for (const item of itemsOf(value)) {
          const hash = hashKey(key(item));
          if (!seen.has(hash)) yield item;
          seen.add(hash);
        }
      }),
  },
  upper: text((value) => value.toUpperCase()),
  urlencode: {
    parameters: [],
    apply(value) {
      if (typeof value === 'string' || isMarkup(value) || iteratorOf(value) === undefined)
        return urlQuote(textOf(value), false);
      const pairs = isDict(value) ? [...value.entries.values()] : [...itemsOf(value)].map((pair) => [...itemsOf(pair)]);
      const quoted = pairs.map(([key, item, ...more]) => {
        if (key === undefined || item === undefined || more.length > 0) throw templateFailed('expected pairs');
        return `${urlQuote(textOf(key), true)}=${urlQuote(textOf(item), true)}`;
      });
      return joinTexts('&', quoted);
    },
  },
  wordcount: text((value) => BigInt(value.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
};

function capitalizeRest(part: string): string {
  if (part === '') return '';
  const [first = ''] = part;
  return first.toUpperCase() + part.slice(first.length).toLowerCase();
}

const LAZY = new Set(['map', 'select', 'reject', 'selectattr', 'rejectattr']);

function selected(name: string, value: Value, positional: readonly Value[], keywords: Keywords): Value {
  const byAttribute = name.endsWith('attr');
  const wanted = name.startsWith('select');
  return lazily(function* () {
    if (!isTrue(value)) return;
    if (byAttribute && positional.length === 0) throw templateFailed('Missing parameter for attribute name');
    const [test, ...args] = byAttribute ? positional.slice(1) : positional;
    for (const item of itemsOf(value)) {
      const subject = byAttribute ? getPath(item, positional[0] as Value) : item;
      const holds = test === undefined ? isTrue(subject) : runTest(textOf(test), subject, args, keywords);
      if (holds === wanted) yield item;
    }
  });
}

function mapped(value: Value, positional: readonly Value[], keywords: Keywords): Value {
  return lazily(function* () {
    if (!isTrue(value)) return;
    const path = keywords.get('attribute');
    const [name, ...args] = positional;
    if (name === undefined && path !== undefined) {
      const foreign = [...keywords.keys()].find((key) => key !== 'attribute' && key !== 'default');
      if (foreign !== undefined) throw templateFailed(`Unexpected keyword argument '${foreign}'`);
      const fallback = keywords.get('default') ?? null;
      for (const item of itemsOf(value)) {
        const found = getPath(item, path);
        yield isUndefined(found) && fallback !== null ? fallback : found;
      }
      return;
    }
    if (name === undefined) throw templateFailed('map requires a filter argument');
    for (const item of itemsOf(value)) yield applyFilter(textOf(name), item, args, keywords);
  });
}

/** `value | name(*positional, **keywords)`. Throws `CHAT_TEMPLATE_UNSUPPORTED` with the name of a filter that is not computed. */
export function applyFilter(name: string, value: Value, positional: readonly Value[], keywords: Keywords): Value {
  if (name === 'map') return mapped(value, positional, keywords);
  if (LAZY.has(name)) return selected(name, value, positional, keywords);
  if (name === 'format') {
    if (positional.length > 0 && keywords.size > 0)
      throw templateFailed("can't handle positional and keyword arguments at the same time");
    const named: Value = {
      type: 'dict',
      entries: new Map([...keywords].map(([key, each]) => [hashKey(key), [key, each] as const])),
    };
    return formatPercent(softText(value), keywords.size > 0 ? named : tuple(...positional));
  }
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter === undefined) throw templateUnsupported(`the filter "${name}"`);
  return filter.apply(value, bind(name, filter.parameters, positional, keywords));
}
