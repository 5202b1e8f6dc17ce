// `value.name`, `value[index]`, slices and calls, in the sandbox that transformers uses: what would change a value is refused, and
// what is not there is undefined. An attribute that Python has and this file does not is named, never undefined.
import { spend, spendText } from './budget.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import { textMethod } from './textMethods.ts';
import {
  type Callable,
  characters,
  type Dict,
  equals,
  hashKey,
  type Iterable,
  intOf,
  isDict,
  isTuple,
  isTyped,
  isUndefined,
  type Keywords,
  repr,
  sequence,
  tuple,
  typeName,
  undefinedValue,
  type Value,
} from './values.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Public attributes of Python's types that are neither computed here nor changes. */
const OTHER_ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = {
  int: words(
    'as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes is_integer',
  ),
  bool: words(
    'as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes is_integer',
  ),
  float: words('as_integer_ratio conjugate fromhex hex imag is_integer real'),
  dict: words('fromkeys'),
  dict_items: words('isdisjoint mapping'),
  dict_keys: words('isdisjoint mapping'),
  dict_values: words('mapping'),
  generator: words('close send throw gi_code gi_frame gi_running gi_suspended gi_yieldfrom'),
  Macro: words('arguments catch_kwargs catch_varargs caller explicit_caller'),
  type: words('mro'),
};

/** What changes a list or dict: the sandbox knows the attribute but refuses its use. */
const CHANGES: Readonly<Record<string, ReadonlySet<string>>> = {
  list: words('append clear pop reverse insert sort extend remove'),
  dict: words('clear pop popitem setdefault update'),
};

export const builtin = (name: string, call: Callable['call']): Callable => ({
  type: 'builtin_function_or_method',
  name,
  call,
});

/** A method that takes between `least` and `most` arguments, by position. */
function method(name: string, least: number, most: number, work: (args: readonly Value[]) => Value): Callable {
  return builtin(name, (positional, keywords) => {
    if (keywords.size > 0) throw templateFailed(`${name}() takes no keyword arguments`);
    if (positional.length < least || positional.length > most)
      throw templateFailed(
        `${name} expected ${least === most ? least : `${least} to ${most}`} arguments, got ${positional.length}`,
      );
    return work(positional);
  });
}

function view(type: 'dict_items' | 'dict_keys' | 'dict_values', dict: Dict): Iterable {
  const pick = (entry: readonly [Value, Value]): Value =>
    type === 'dict_items' ? tuple(...entry) : entry[type === 'dict_keys' ? 0 : 1];
  return { type, length: dict.entries.size, iterate: () => [...dict.entries.values()].map(pick)[Symbol.iterator]() };
}

function dictMethod(dict: Dict, name: string): Value | undefined {
  if (name === 'items' || name === 'keys' || name === 'values')
    return method(name, 0, 0, () => {
      spend(dict.entries.size);
      return view(`dict_${name}`, dict);
    });
  if (name === 'get')
    return method(name, 1, 2, ([key = null, fallback = null]) => {
      const entry = dict.entries.get(hashKey(key));
      return entry === undefined ? fallback : entry[1];
    });
  if (name === 'copy') return method(name, 0, 0, () => ({ type: 'dict', entries: new Map(dict.entries) }));
  return undefined;
}

function listMethod(value: Value, items: readonly Value[], name: string): Value | undefined {
  if (name === 'count')
    return method(name, 1, 1, ([item = null]) => BigInt(items.filter((each) => equals(each, item)).length));
  if (name === 'copy' && Array.isArray(value)) return method(name, 0, 0, () => [...items]);
  if (name !== 'index') return undefined;
  return method(name, 1, 1, ([item = null]) => {
    const index = items.findIndex((each) => equals(each, item));
    if (index < 0) throw templateFailed(`${repr(item)} is not in list`);
    return BigInt(index);
  });
}

/** Python's `getattr`, or undefined. */
function ownAttribute(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') {
    const call = textMethod(value, name);
    return call === undefined ? undefined : builtin(name, call);
  }
  const items = sequence(value);
  if (items !== undefined) {
    if (isTuple(value)) {
      const place = value.names?.indexOf(name) ?? -1;
      if (place >= 0) return items[place];
    }
    return listMethod(value, items, name);
  }
  if (!isTyped(value)) return undefined;
  if (value.type === 'dict') return dictMethod(value, name);
  if (value.type === 'Namespace') return value.attributes.entries.get(hashKey(name))?.[1];
  if (value.type === 'range') {
    if (name === 'start' || name === 'stop' || name === 'step') return value[name];
    if (name === 'index' || name === 'count') throw templateUnsupported(`the method range.${name}`);
    return undefined;
  }
  if (value.type === 'Macro' && name === 'name') return value.name;
  if (value.type === 'Markup') throw templateUnsupported(`"${name}" of an escaped text`);
  if ('attributes' in value && value.attributes !== undefined && !('entries' in value.attributes))
    return Object.hasOwn(value.attributes, name) ? value.attributes[name]?.() : undefined;
  return undefined;
}

function unsafe(value: Value, name: string): Value {
  return undefinedValue(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
}

function attributeOf(value: Value, name: string): Value | undefined {
  const type = typeName(value);
  // Names like `__class__`: every object has some, and the sandbox hides those that it has.
  if (name.startsWith('__') && name.endsWith('__') && !(isDict(value) && value.entries.has(hashKey(name))))
    return unsafe(value, name);
  if (CHANGES[type]?.has(name) === true) return unsafe(value, name);
  if (OTHER_ATTRIBUTES[type]?.has(name) === true) throw templateUnsupported(`the attribute ${type}.${name}`);
  return ownAttribute(value, name);
}

function missing(value: Value, name: Value): Value {
  const type = typeName(value);
  const of = value === null ? 'None' : `${type} object`;
  return undefinedValue(
    typeof name === 'string' ? `'${of}' has no attribute '${name}'` : `${of} has no element ${repr(name)}`,
  );
}

/** An item by key or index, or undefined where Python raises a `TypeError` or `LookupError`. */
function itemOf(value: Value, index: Value): Value | undefined {
  if (isUndefined(value)) throw templateFailed(value.message);
  if (isDict(value)) {
    // A list is no key; Python's TypeError makes it undefined.
    if (Array.isArray(index) || isDict(index)) return undefined;
    return value.entries.get(hashKey(index))?.[1];
  }
  const place = intOf(index);
  if (place === undefined) return undefined;
  if (isTyped(value) && value.type === 'range') {
    const at = place < 0n ? place + BigInt(value.length) : place;
    return at < 0n || at >= BigInt(value.length) ? undefined : value.start + at * value.step;
  }
  if (isTyped(value) && value.type === 'Markup') throw templateUnsupported('an item of an escaped text');
  const items = typeof value === 'string' ? characters(value) : sequence(value);
  return items?.[Number(place < 0n ? place + BigInt(items.length) : place)];
}

/** The first that there is: None is a value. */
function firstOf(...options: readonly (() => Value | undefined)[]): Value {
  for (const option of options) {
    const value = option();
    if (value !== undefined) return value;
  }
  return null;
}

/** `value.name` */
export function getAttribute(value: Value, name: string): Value {
  if (isUndefined(value)) throw templateFailed(value.message);
  return firstOf(
    () => attributeOf(value, name),
    () => itemOf(value, name),
    () => missing(value, name),
  );
}

/** `value[index]` */
export function getItem(value: Value, index: Value): Value {
  return firstOf(
    () => itemOf(value, index),
    () => (typeof index === 'string' ? attributeOf(value, index) : undefined),
    () => missing(value, index),
  );
}

/** `value[start:stop:step]` */
export function getSlice(value: Value, bounds: readonly [Value, Value, Value]): Value {
  if (isUndefined(value)) throw templateFailed(value.message);
  const [start, stop, step] = bounds.map((bound) => {
    if (bound === null) return undefined;
    const int = intOf(bound);
    if (int === undefined) throw templateFailed('slice indices must be integers or None or have an __index__ method');
    return Number(int);
  });
  if (step === 0) throw templateFailed('slice step cannot be zero');
  if (isTyped(value) && value.type === 'range') throw templateUnsupported('a slice of a range');
  if (isTyped(value) && value.type === 'Markup') throw templateUnsupported('a slice of an escaped text');
  if (isDict(value)) throw templateFailed("unhashable type: 'slice'");
  const items = typeof value === 'string' ? characters(value) : sequence(value);
  if (items === undefined) throw templateFailed(`'${typeName(value)}' object is not subscriptable`);
  if (typeof items === 'string') spendText(items.length);
  else spend(items.length);
  const by = step ?? 1;
  const { length } = items;
  const place = (bound: number | undefined, fallback: number): number => {
    if (bound === undefined) return fallback;
    const [least, most] = by < 0 ? [-1, length - 1] : [0, length];
    return Math.min(most, Math.max(least, bound < 0 ? bound + length : bound));
  };
  const [from, to] = [place(start, by < 0 ? length - 1 : 0), place(stop, by < 0 ? -1 : length)];
  if (by === 1) {
    const part = items.slice(from, Math.max(from, to));
    if (typeof value === 'string') return typeof part === 'string' ? part : part.join('');
    return isTuple(value) ? tuple(...(part as readonly Value[])) : [...(part as readonly Value[])];
  }
  const picked: Value[] = [];
  for (let at = from; by < 0 ? at > to : at < to; at += by) picked.push(items[at] as Value);
  if (typeof value === 'string') return picked.join('');
  return isTuple(value) ? tuple(...picked) : picked;
}

/** `value(*positional, **keywords)` */
export function callValue(value: Value, positional: readonly Value[], keywords: Keywords): Value {
  if (isUndefined(value)) throw templateFailed(value.message);
  if (isTyped(value) && 'call' in value && value.call !== undefined) return value.call(positional, keywords);
  throw templateFailed(`'${typeName(value)}' object is not callable`);
}

/** The value under a path like `address.city` or `0`, as filters take it. */
export function getPath(value: Value, path: Value): Value {
  if (path === null) return value;
  if (typeof path !== 'string') return getItem(value, path);
  let found = value;
  for (const part of path.split('.')) found = getItem(found, /^\d+$/.test(part) ? BigInt(part) : part);
  return found;
}
