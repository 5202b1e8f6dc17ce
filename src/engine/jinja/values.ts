// The values of a template as Python has them: `bigint` is int, `number` is float, an array is a list, null is None. How they print,
// compare, iterate and count as true follows CPython 3; texts are counted and compared by code points.
import { nested, spend, spendText } from './budget.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';

export interface Tuple {
  readonly type: 'tuple';
  readonly items: readonly Value[];
  /** A named tuple's names, which its text does not show. */
  readonly names?: readonly string[];
}

/** Insertion-ordered; keys by `hashKey`. */
export interface Dict {
  readonly type: 'dict';
  readonly entries: Map<string, readonly [Value, Value]>;
}

export interface Range {
  readonly type: 'range';
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  readonly length: number;
}

/** What a name or attribute that is not there evaluates to. */
export interface Undefined {
  readonly type: 'Undefined';
  /** What an operation on it fails with. */
  readonly message: string;
}

export interface Namespace {
  readonly type: 'Namespace';
  readonly attributes: Dict;
}

export type Keywords = ReadonlyMap<string, Value>;

export interface Callable {
  readonly type: 'builtin_function_or_method' | 'Macro' | 'type';
  readonly name: string;
  readonly call: (positional: readonly Value[], keywords: Keywords) => Value;
  /** Other attributes than its call. */
  readonly attributes?: Readonly<Record<string, () => Value>>;
}

/** A generator, iterator or view: `length` only for views. */
export interface Iterable {
  readonly type: 'generator' | 'list_reverseiterator' | 'dict_items' | 'dict_keys' | 'dict_values';
  readonly iterate: () => Iterator<Value>;
  readonly length?: number;
}

/** A text that `escape` made. Only printing it and few filters are known. */
export interface Markup {
  readonly type: 'Markup';
  readonly text: string;
}

/** `loop`, `cycler`, `joiner`: attributes, and what calling it does. */
export interface Helper {
  readonly type: 'LoopContext' | 'Cycler' | 'Joiner';
  readonly attributes: Readonly<Record<string, () => Value>>;
  readonly call?: Callable['call'];
}

export type List = Value[];
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | List
  | Tuple
  | Dict
  | Range
  | Undefined
  | Namespace
  | Callable
  | Iterable
  | Markup
  | Helper;

export const tuple = (...items: readonly Value[]): Tuple => ({ type: 'tuple', items });
export const isUndefined = (value: Value): value is Undefined => isTyped(value) && value.type === 'Undefined';
export const isDict = (value: Value): value is Dict => isTyped(value) && value.type === 'dict';
export const isTuple = (value: Value): value is Tuple => isTyped(value) && value.type === 'tuple';
export const isMarkup = (value: Value): value is Markup => isTyped(value) && value.type === 'Markup';

type Typed = Exclude<Value, null | boolean | bigint | number | string | List>;
export function isTyped(value: Value): value is Typed {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const undefinedValue = (message: string): Undefined => ({ type: 'Undefined', message });

/** Python's name of the value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  const names: Readonly<Record<string, string>> = { boolean: 'bool', bigint: 'int', number: 'float', string: 'str' };
  return isTyped(value) ? value.type : (names[typeof value] as string);
}

export function makeDict(pairs: Iterable_<readonly [Value, Value]> = []): Dict {
  const dict: Dict = { type: 'dict', entries: new Map() };
  for (const [key, value] of pairs) {
    const hash = hashKey(key);
    // An equal key keeps its first spelling.
    dict.entries.set(hash, [dict.entries.get(hash)?.[0] ?? key, value]);
  }
  return dict;
}
type Iterable_<Item> = globalThis.Iterable<Item>;

/** A key under which equal values are the same: 1, 1.0 and True are. */
export function hashKey(value: Value): string {
  spend();
  if (typeof value === 'string') return `s${value}`;
  if (value === null) return 'N';
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (typeof value === 'bigint') return `n${value}`;
  if (typeof value === 'number') return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`;
  if (isTuple(value)) return nested(() => `t${JSON.stringify(value.items.map(hashKey))}`);
  if (isUndefined(value)) return 'u';
  if (Array.isArray(value) || isDict(value)) throw templateFailed(`unhashable type: '${typeName(value)}'`);
  throw templateUnsupported(`a ${typeName(value)} as a key`);
}

/** A JSON value as Python's `json` would read it. */
export function fromJson(value: unknown): Value {
  return nested(() => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (Array.isArray(value)) return value.map(fromJson);
    return makeDict(Object.entries(value).map(([key, each]) => [key, fromJson(each)] as const));
  });
}

const SURROGATE = /[\ud800-\udfff]/;

/** The characters of a text, as Python counts them. */
export function characters(text: string): string[] | string {
  return SURROGATE.test(text) ? [...text] : text;
}

export function isTrue(value: Value): boolean {
  if (!isTyped(value)) {
    if (Array.isArray(value)) return value.length > 0;
    return typeof value === 'bigint' ? value !== 0n : typeof value === 'number' ? value !== 0 : Boolean(value);
  }
  if (value.type === 'Undefined') return false;
  return lengthOf(value) !== 0;
}

/** Python's `len`, or undefined for a value that has none. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return characters(value).length;
  if (Array.isArray(value)) return value.length;
  if (!isTyped(value)) return undefined;
  if (value.type === 'tuple') return value.items.length;
  if (value.type === 'dict') return value.entries.size;
  if (value.type === 'Undefined') return 0;
  if (value.type === 'Markup') return characters(value.text).length;
  if (value.type === 'range' || 'iterate' in value) return value.length;
  if (value.type === 'LoopContext') return Number(value.attributes['length']?.());
  return undefined;
}

function* rangeItems({ start, step, length }: Range): Generator<Value> {
  for (let index = 0; index < length; index += 1) yield start + BigInt(index) * step;
}

/** Python's `iter`, or undefined for a value that cannot be iterated. */
export function iteratorOf(value: Value): Iterator<Value> | undefined {
  if (typeof value === 'string') return value[Symbol.iterator]();
  if (Array.isArray(value)) return value[Symbol.iterator]();
  if (!isTyped(value)) return undefined;
  if (value.type === 'tuple') return value.items[Symbol.iterator]();
  if (value.type === 'dict') return [...value.entries.values()].map(([key]) => key)[Symbol.iterator]();
  if (value.type === 'Undefined') return ([] as Value[])[Symbol.iterator]();
  if ('iterate' in value) return value.iterate();
  if (value.type === 'range') {
    return rangeItems(value);
  }
  if (value.type === 'Markup' || value.type === 'LoopContext')
    throw templateUnsupported(`iteration over a ${value.type}`);
  return undefined;
}

export function iterate(value: Value): Iterator<Value> {
  const iterator = iteratorOf(value);
  if (iterator === undefined) throw templateFailed(`'${typeName(value)}' object is not iterable`);
  return iterator;
}

/** The items of an iterable, each of which costs a step. */
export function* itemsOf(value: Value): Generator<Value> {
  const iterator = iterate(value);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    spend();
    yield next.value;
  }
}

const numeric = (value: Value): bigint | number | undefined =>
  typeof value === 'boolean'
    ? value
      ? 1n
      : 0n
    : typeof value === 'bigint' || typeof value === 'number'
      ? value
      : undefined;

/** An int, or a bool as the int that it is in Python. */
export const intOf = (value: Value): bigint | undefined => {
  const number = numeric(value);
  return typeof number === 'bigint' ? number : undefined;
};
export { numeric as numberOf };

export function equals(one: Value, other: Value): boolean {
  spend();
  const [first, second] = [numeric(one), numeric(other)];
  if (first !== undefined || second !== undefined)
    // JavaScript orders a bigint and a number exactly, as Python does; NaN is on neither side, and equals nothing.
    return first !== undefined && second !== undefined && first >= second && first <= second;
  if (isMarkup(one) || isMarkup(other)) throw templateUnsupported('a comparison of an escaped text');
  if (typeof one === 'string' && typeof other === 'string') spendText(Math.min(one.length, other.length));
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && allEqual(one, other);
  if (!isTyped(one) || !isTyped(other) || one.type !== other.type) return false;
  if (one.type === 'Undefined') return true;
  if (isTuple(one) && isTuple(other)) return allEqual(one.items, other.items);
  if (isDict(one) && isDict(other)) {
    const { entries } = other;
    return nested(
      () =>
        one.entries.size === entries.size &&
        [...one.entries].every(([hash, [, value]]) => {
          const entry = entries.get(hash);
          return entry !== undefined && equals(value, entry[1]);
        }),
    );
  }
  if ('iterate' in one || one.type === 'range') throw templateUnsupported(`a comparison of two ${one.type} objects`);
  return false;
}

function allEqual(one: readonly Value[], other: readonly Value[]): boolean {
  return one.length === other.length && nested(() => one.every((value, index) => equals(value, other[index] as Value)));
}

/** Code point order: UTF-16 order differs above U+D7FF. */
function textBefore(one: string, other: string): boolean {
  if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other;
  const [first, second] = [[...one], [...other]];
  const index = first.findIndex((character, at) => character !== second[at]);
  if (index < 0) return first.length < second.length;
  return (first[index]?.codePointAt(0) ?? 0) < (second[index]?.codePointAt(0) ?? -1);
}

/** Python's `one < other`; `sign` is for the message. */
export function lessThan(one: Value, other: Value, sign = '<'): boolean {
  spend();
  const [first, second] = [numeric(one), numeric(other)];
  if (first !== undefined && second !== undefined) return first < second;
  if (typeof one === 'string' && typeof other === 'string') {
    spendText(Math.min(one.length, other.length));
    return textBefore(one, other);
  }
  for (const each of [one, other]) {
    if (isUndefined(each)) throw templateFailed(each.message);
    if (isMarkup(each)) throw templateUnsupported('a comparison of an escaped text');
  }
  const [left, right] = [sequence(one), sequence(other)];
  if (left === undefined || right === undefined || typeName(one) !== typeName(other))
    throw templateFailed(`'${sign}' not supported between instances of '${typeName(one)}' and '${typeName(other)}'`);
  return nested(() => {
    const index = left.findIndex((value, at) => at >= right.length || !equals(value, right[at] as Value));
    if (index < 0) return left.length < right.length;
    return index < right.length && lessThan(left[index] as Value, right[index] as Value, sign);
  });
}

/** The items of a list or tuple. */
export function sequence(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return isTuple(value) ? value.items : undefined;
}

/** `repr` of a float: the shortest digits that read back as it. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const plain =
    exponent < 0 ? value.toFixed(Math.min(100, digits.replace(/[-.]/g, '').length - 1 - exponent)) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\'"]|[^\P{C}]|[^\P{Z} ]/gu, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
    return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
  return `${quote}${inner}${quote}`;
}

/** Python's `str`. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (isUndefined(value)) return '';
  return isMarkup(value) ? value.text : repr(value);
}

/** Python's `repr`. */
export function repr(value: Value): string {
  spend();
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') {
    spendText(value.length);
    return reprText(value);
  }
  const list = (values: readonly Value[]): string => nested(() => values.map(repr).join(', '));
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (value.type === 'tuple') return `(${list(value.items)}${value.items.length === 1 ? ',' : ''})`;
  if (value.type === 'dict')
    return nested(
      () => `{${[...value.entries.values()].map(([key, each]) => `${repr(key)}: ${repr(each)}`).join(', ')}}`,
    );
  if (value.type === 'range')
    return `range(${value.start}, ${value.stop}${value.step === 1n ? '' : `, ${value.step}`})`;
  if (value.type === 'Undefined') return 'Undefined';
  if (value.type === 'Namespace') return `<Namespace ${repr(value.attributes)}>`;
  if (value.type === 'Macro') return `<Macro ${reprText(value.name)}>`;
  if (value.type === 'Markup') return `Markup(${reprText(value.text)})`;
  if (value.type === 'LoopContext')
    return `<LoopContext ${textOf(value.attributes['index']?.() ?? null)}/${textOf(value.attributes['length']?.() ?? null)}>`;
  if ('iterate' in value && value.length !== undefined) return `${value.type}([${list([...itemsOf(value)])}])`;
  // Python writes its address in memory.
  throw templateUnsupported(`the text of a ${value.type}`);
}
