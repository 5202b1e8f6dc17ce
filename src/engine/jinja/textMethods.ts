// The methods of Python's `str`. Positions count code points.
import { spend, spendText } from './budget.ts';
import { formatBraces } from './formatText.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import { SPACE } from './tokenize.ts';
import { characters, intOf, isDict, isTuple, itemsOf, type Keywords, tuple, typeName, type Value } from './values.ts';

const SPACES = new RegExp(`${SPACE}+`, 'u');
const isSpace = (character: string): boolean => SPACES.test(character);

/** Letters whose title case is neither their upper nor their own form. */
const TITLE_CASED = /[\u01c4-\u01cc\u01f1-\u01f3\u1f80-\u1fff\ufb00-\ufb17\u0587]/;

function titled(character: string): string {
  if (TITLE_CASED.test(character)) throw templateUnsupported(`the title case of "${character}"`);
  const upper = character.toUpperCase();
  return upper.length > 1 && character.length === 1 ? (upper[0] ?? '') + upper.slice(1).toLowerCase() : upper;
}

/** Python's `capitalize`. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = text;
  return titled(first) + rest.join('').toLowerCase();
}

export type Side = 'both' | 'start' | 'end';

/** Python's `strip(chars)`; white space without `chars`. */
export function strip(text: string, chars: Value | undefined, side: Side = 'both'): string {
  if (chars !== undefined && chars !== null && typeof chars !== 'string')
    throw templateFailed(`strip arg must be None or str, not ${typeName(chars)}`);
  const drops = typeof chars === 'string' ? new Set(chars) : undefined;
  const dropped = (character: string): boolean => drops?.has(character) ?? isSpace(character);
  const all = characters(text);
  let [start, end] = [0, all.length];
  if (side !== 'end') while (start < end && dropped(all[start] as string)) start += 1;
  if (side !== 'start') while (end > start && dropped(all[end - 1] as string)) end -= 1;
  return typeof all === 'string' ? all.slice(start, end) : all.slice(start, end).join('');
}

const wordsOf = (text: string): string[] => text.split(new RegExp(SPACES, 'gu')).filter((word) => word !== '');

function split(text: string, separator: string | null, limit: number): string[] {
  if (separator === '') throw templateFailed('empty separator');
  if (separator === null) {
    if (limit < 0) return wordsOf(text);
    const parts: string[] = [];
    let rest = strip(text, null, 'start');
    while (rest !== '' && parts.length < limit) {
      const end = rest.search(SPACES);
      if (end < 0) break;
      parts.push(rest.slice(0, end));
      rest = strip(rest.slice(end), null, 'start');
    }
    return rest === '' ? parts : [...parts, rest];
  }
  const parts = text.split(separator);
  return limit < 0 || parts.length <= limit + 1
    ? parts
    : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitFromEnd(text: string, separator: string | null, limit: number): string[] {
  if (limit < 0) return split(text, separator, limit);
  const backwards = (value: string): string => [...value].reverse().join('');
  const parts = split(backwards(text), separator === null ? null : backwards(separator), limit);
  return parts.reverse().map(backwards);
}

const BREAK = String.raw`\n\r\v\f\x1c-\x1e\x85\u2028\u2029`;
const LINE = new RegExp(`[^${BREAK}]*(?:\\r\\n|[${BREAK}]|$)`, 'gu');
const LINE_END = new RegExp(`(?:\\r\\n|[${BREAK}])$`, 'u');

/** Python's `splitlines`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines = text.match(LINE) ?? [];
  const full = lines.filter((line) => line !== '');
  return keepEnds ? full : full.map((line) => line.replace(LINE_END, ''));
}

/** Python's `replace`. */
export function replace(text: string, old: string, by: string, count = -1): string {
  const parts = old === '' ? ['', ...characters(text), ''] : text.split(old);
  const replaced = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  spendText(text.length + by.length * replaced);
  if (replaced === parts.length - 1) return parts.join(by);
  return [...parts.slice(0, replaced), parts.slice(replaced).join(old)].join(by);
}

const has = (text: string, pattern: RegExp): boolean => pattern.test(text);
const every = (text: string, pattern: RegExp): boolean => text !== '' && [...text].every((each) => pattern.test(each));

/** Digits that are not decimals (superscripts and the like): Python's tables say which are digits, which only numeric. */
function knownDigits(text: string): void {
  if (/[\p{No}\p{Nl}]/u.test(text)) throw templateUnsupported('a test of digits that are not decimals');
}

/** A method: names of its parameters (all may be given by position), how many are required, and what it does. */
interface Method {
  readonly parameters: readonly string[];
  readonly required?: number;
  readonly call: (text: string, args: readonly (Value | undefined)[]) => Value;
}

function textArgument(value: Value | undefined, method: string): string {
  if (typeof value === 'string') return value;
  throw templateFailed(`${method}() argument must be str, not ${typeName(value ?? null)}`);
}

function intArgument(value: Value | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const int = intOf(value);
  if (int === undefined) throw templateFailed(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(int);
}

/** The part of a text between two positions, as `find` and its kind take them. */
function between(
  text: string,
  start: Value | undefined,
  end: Value | undefined,
): { part: string; from: number } | undefined {
  if (start === undefined && end === undefined) return { part: text, from: 0 };
  const all = characters(text);
  const place = (value: Value | undefined, fallback: number): number => {
    const index = value === null ? fallback : intArgument(value, fallback);
    return index < 0 ? Math.max(0, index + all.length) : index;
  };
  const from = place(start, 0);
  if (from > all.length) return undefined;
  const part = all.slice(from, Math.min(all.length, place(end, all.length)));
  return { part: typeof part === 'string' ? part : part.join(''), from };
}

function find(last: boolean, missing?: string): Method {
  return {
    parameters: ['sub', 'start', 'end'],
    required: 1,
    call(text, [sub, start, end]) {
      const wanted = textArgument(sub, 'find');
      const range = between(text, start, end);
      const index = range === undefined ? -1 : last ? range.part.lastIndexOf(wanted) : range.part.indexOf(wanted);
      if (index < 0 && missing !== undefined) throw templateFailed(missing);
      if (index < 0 || range === undefined) return -1n;
      return BigInt(range.from + characters(range.part.slice(0, index)).length);
    },
  };
}

function startsOrEnds(method: 'startsWith' | 'endsWith'): Method {
  return {
    parameters: ['prefix', 'start', 'end'],
    required: 1,
    call(text, [wanted, start, end]) {
      const range = between(text, start, end);
      const options = wanted !== undefined && isTuple(wanted) ? wanted.items : [wanted];
      const texts = options.map((option) => textArgument(option, method.toLowerCase()));
      return range !== undefined && texts.some((each) => range.part[method](each));
    },
  };
}

function aligned(side: 'start' | 'end' | 'center'): Method {
  return {
    parameters: ['width', 'fillchar'],
    required: 1,
    call: (text, [width, fill]) =>
      align(text, intArgument(width, 0), side, fill === undefined ? ' ' : textArgument(fill, 'center')),
  };
}

export function align(text: string, width: number, side: 'start' | 'end' | 'center', fill = ' '): string {
  if (characters(fill).length !== 1) throw templateFailed('The fill character must be exactly one character long');
  const missing = width - characters(text).length;
  if (missing <= 0) return text;
  spendText(missing);
  // CPython puts the odd one to the left when the width is odd.
  const left = side === 'end' ? missing : side === 'start' ? 0 : Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

const test = (holds: (text: string) => boolean): Method => ({ parameters: [], call: (text) => holds(text) });
const plain = (change: (text: string) => string): Method => ({ parameters: [], call: (text) => change(text) });
const stripping = (side: Side): Method => ({
  parameters: ['chars'],
  call: (text, [chars]) => strip(text, chars, side),
});
const splitting = (work: typeof split): Method => ({
  parameters: ['sep', 'maxsplit'],
  call(text, [separator = null, limit]) {
    spendText(text.length);
    const parts = work(text, separator === null ? null : textArgument(separator, 'split'), intArgument(limit, -1));
    spend(parts.length);
    return parts;
  },
});
const partition = (last: boolean): Method => ({
  parameters: ['sep'],
  required: 1,
  call(text, [separator]) {
    const by = textArgument(separator, 'partition');
    if (by === '') throw templateFailed('empty separator');
    const index = last ? text.lastIndexOf(by) : text.indexOf(by);
    if (index < 0) return last ? tuple('', '', text) : tuple(text, '', '');
    return tuple(text.slice(0, index), by, text.slice(index + by.length));
  },
});

export function joinTexts(separator: string, parts: readonly string[]): string {
  spendText(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return parts.join(separator);
}

const METHODS: Readonly<Record<string, Method>> = {
  strip: stripping('both'),
  lstrip: stripping('start'),
  rstrip: stripping('end'),
  split: splitting(split),
  rsplit: splitting(splitFromEnd),
  splitlines: {
    parameters: ['keepends'],
    call: (text, [keep]) => splitLines(text, keep !== undefined && keep !== false && keep !== 0n),
  },
  startswith: startsOrEnds('startsWith'),
  endswith: startsOrEnds('endsWith'),
  upper: plain((text) => text.toUpperCase()),
  lower: plain((text) => text.toLowerCase()),
  casefold: plain((text) => {
    if (/[^\0-\x7f]/.test(text)) throw templateUnsupported('casefold() of letters beyond ASCII');
    return text.toLowerCase();
  }),
  capitalize: plain(capitalize),
  title: plain((text) =>
    text.replace(
      /(\p{Cased})([^\P{Cased}]*)/gu,
      (_, first: string, rest: string) => titled(first) + rest.toLowerCase(),
    ),
  ),
  swapcase: plain((text) =>
    [...text].map((each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase())).join(''),
  ),
  replace: {
    parameters: ['old', 'new', 'count'],
    required: 2,
    call: (text, [old, by, count]) =>
      replace(text, textArgument(old, 'replace'), textArgument(by, 'replace'), intArgument(count, -1)),
  },
  find: find(false),
  rfind: find(true),
  index: find(false, 'substring not found'),
  rindex: find(true, 'substring not found'),
  count: {
    parameters: ['sub', 'start', 'end'],
    required: 1,
    call(text, [sub, start, end]) {
      const range = between(text, start, end);
      const wanted = textArgument(sub, 'count');
      if (range === undefined) return 0n;
      return BigInt(wanted === '' ? characters(range.part).length + 1 : range.part.split(wanted).length - 1);
    },
  },
  join: {
    parameters: ['iterable'],
    required: 1,
    call(text, [iterable]) {
      const parts = [...itemsOf(iterable as Value)].map((item, index) => {
        if (typeof item === 'string') return item;
        throw templateFailed(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
      });
      return joinTexts(text, parts);
    },
  },
  partition: partition(false),
  rpartition: partition(true),
  removeprefix: {
    parameters: ['prefix'],
    required: 1,
    call(text, [prefix]) {
      const cut = textArgument(prefix, 'removeprefix');
      return text.startsWith(cut) ? text.slice(cut.length) : text;
    },
  },
  removesuffix: {
    parameters: ['suffix'],
    required: 1,
    call(text, [suffix]) {
      const cut = textArgument(suffix, 'removesuffix');
      return cut !== '' && text.endsWith(cut) ? text.slice(0, -cut.length) : text;
    },
  },
  ljust: aligned('start'),
  rjust: aligned('end'),
  center: aligned('center'),
  zfill: {
    parameters: ['width'],
    required: 1,
    call(text, [width]) {
      const missing = intArgument(width, 0) - characters(text).length;
      if (missing <= 0) return text;
      spendText(missing);
      return text.replace(/^[-+]?/, (sign) => sign + '0'.repeat(missing));
    },
  },
  isalpha: test((text) => every(text, /\p{L}/u)),
  isdecimal: test((text) => every(text, /\p{Nd}/u)),
  isdigit: test((text) => {
    knownDigits(text);
    return every(text, /\p{Nd}/u);
  }),
  isnumeric: test((text) => {
    knownDigits(text);
    return every(text, /\p{Nd}/u);
  }),
  isalnum: test((text) => {
    knownDigits(text);
    return every(text, /[\p{L}\p{Nd}]/u);
  }),
  isspace: test((text) => text !== '' && [...text].every(isSpace)),
  isascii: test((text) => !/[^\0-\x7f]/.test(text)),
  islower: test((text) => has(text, /\p{Lowercase}/u) && !has(text, /[\p{Uppercase}\p{Lt}]/u)),
  isupper: test((text) => has(text, /\p{Uppercase}/u) && !has(text, /[\p{Lowercase}\p{Lt}]/u)),
};

/** Methods of `str` that are not computed here. */
const OTHERS = new Set(['encode', 'expandtabs', 'isidentifier', 'isprintable', 'istitle', 'maketrans', 'translate']);

/** Calls a method of a text; undefined when `str` has none of that name. */
export function textMethod(
  text: string,
  name: string,
): ((positional: readonly Value[], keywords: Keywords) => Value) | undefined {
  if (name === 'format') return (positional, keywords) => formatBraces(text, positional, keywords);
  if (name === 'format_map')
    return (positional) => {
      const [values] = positional;
      if (values === undefined || !isDict(values)) throw templateFailed('format_map() takes a mapping');
      const named = [...values.entries.values()].flatMap(([key, value]) =>
        typeof key === 'string' ? [[key, value] as const] : [],
      );
      return formatBraces(text, [], new Map(named));
    };
  if (OTHERS.has(name))
    return () => {
      throw templateUnsupported(`the method str.${name}`);
    };
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) return undefined;
  return (positional, keywords) => {
    const { parameters, required = 0, call } = method;
    const args: (Value | undefined)[] = [...positional];
    for (const [key, value] of keywords) {
      const place = ['split', 'rsplit', 'splitlines'].includes(name) ? parameters.indexOf(key) : -1;
      if (place < positional.length) throw templateFailed(`str.${name}() takes no keyword argument '${key}'`);
      args[place] = value;
    }
    if (args.length > parameters.length)
      throw templateFailed(`${name} expected at most ${parameters.length} arguments, got ${args.length}`);
    if (positional.length < required)
      throw templateFailed(`${name} expected at least ${required} argument, got ${positional.length}`);
    spendText(text.length);
    return call(text, args);
  };
}
