// Jinja's tests: what `is` asks.
import { filterNames } from './filterNames.ts';
import type { ComparisonOperator } from './nodes.ts';
import { binary, compare, contains } from './operators.ts';
import { templateFailed, templateUnsupported } from './templateErrors.ts';
import { textMethod } from './textMethods.ts';
import {
  equals,
  isDict,
  isMarkup,
  isTyped,
  isUndefined,
  iteratorOf,
  type Keywords,
  lengthOf,
  numberOf,
  textOf,
  type Value,
} from './values.ts';

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '==': '==',
  eq: '==',
  equalto: '==',
  '!=': '!=',
  ne: '!=',
  '>': '>',
  gt: '>',
  greaterthan: '>',
  '>=': '>=',
  ge: '>=',
  '<': '<',
  lt: '<',
  lessthan: '<',
  '<=': '<=',
  le: '<=',
};

const remainder = (value: Value, by: bigint): Value => binary('%', value, by);

function isSame(one: Value, other: Value): boolean {
  if (one !== null && typeof one === 'object') return one === other;
  if (typeof one !== typeof other || typeof one === 'boolean' || one === null) return one === other;
  // Whether two equal numbers or texts are one object is CPython's business.
  throw templateUnsupported('"sameas" of numbers or texts');
}

const asText = (name: 'islower' | 'isupper', value: Value): boolean =>
  textMethod(textOf(value), name)?.([], new Map()) === true;

const TESTS: Readonly<Record<string, (value: Value) => boolean>> = {
  odd: (value) => equals(remainder(value, 2n), 1n),
  even: (value) => equals(remainder(value, 2n), 0n),
  defined: (value) => !isUndefined(value),
  undefined: isUndefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  false: (value) => value === false,
  true: (value) => value === true,
  integer: (value) => typeof value === 'bigint',
  float: (value) => typeof value === 'number',
  number: (value) => numberOf(value) !== undefined,
  string: (value) => typeof value === 'string' || isMarkup(value),
  mapping: isDict,
  sequence: (value) =>
    // An undefined value and a loop have a length; a view and a generator have no items by index.
    lengthOf(value) !== undefined && !(isTyped(value) && ('iterate' in value || value.type === 'LoopContext')),
  iterable: (value) =>
    (isTyped(value) && value.type === 'LoopContext') || isMarkup(value) || iteratorOf(value) !== undefined,
  callable: (value) =>
    isUndefined(value) ||
    (isTyped(value) && 'call' in value && value.call !== undefined) ||
    (isTyped(value) && value.type === 'LoopContext'),
  escaped: isMarkup,
  lower: (value) => asText('islower', value),
  upper: (value) => asText('isupper', value),
  filter: (value) => filterNames.has(textOf(value)),
  test: (value) => isTest(textOf(value)),
};

const isTest = (name: string): boolean =>
  Object.hasOwn(TESTS, name) || Object.hasOwn(COMPARISONS, name) || ['divisibleby', 'sameas', 'in'].includes(name);

/** `value is name(*positional)`. Throws `CHAT_TEMPLATE_UNSUPPORTED` with the name of a test that there is not. */
export function runTest(name: string, value: Value, positional: readonly Value[], keywords: Keywords): boolean {
  if (!isTest(name)) throw templateUnsupported(`the test "${name}"`);
  if (keywords.size > 0) throw templateUnsupported('keyword arguments of a test');
  const [other] = positional;
  const plain = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (positional.length !== (plain === undefined ? 1 : 0))
    throw templateFailed(`the test ${name} takes ${plain === undefined ? 'one argument' : 'no arguments'}`);
  if (plain !== undefined) return plain(value);
  const operator = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
  if (operator !== undefined) return compare(operator, value, other as Value);
  if (name === 'in') return contains(other as Value, value);
  if (name === 'sameas') return isSame(value, other as Value);
  return equals(binary('%', value, other as Value), 0n);
}
