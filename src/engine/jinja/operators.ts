// Python's arithmetic on int and float, and what `+`, `*` and `%` do on texts and lists.
import { spend, spendText } from './budget.ts';
import { formatPercent } from './formatText.ts';
import type { BinaryOperator, ComparisonOperator } from './nodes.ts';
import { templateFailed, templateTooMuch, templateUnsupported } from './templateErrors.ts';
import {
  equals,
  hashKey,
  intOf,
  isDict,
  isMarkup,
  isTuple,
  isUndefined,
  itemsOf,
  lengthOf,
  lessThan,
  numberOf,
  sequence,
  typeName,
  type Value,
} from './values.ts';

/** Bits that an int may have: multiplication of longer ones takes long. */
const MAX_INT_BITS = 4_096;

function bounded(value: bigint): bigint {
  if (BigInt.asIntN(MAX_INT_BITS, value) !== value) throw templateTooMuch(`ints of ${MAX_INT_BITS} bits`);
  return value;
}

/** Both operands as float; an int that is too large fails in Python. */
function floats(one: bigint | number, other: bigint | number): [number, number] {
  const [left, right] = [Number(one), Number(other)];
  for (const [number, value] of [
    [left, one],
    [right, other],
  ] as const)
    if (typeof value === 'bigint' && !Number.isFinite(number))
      throw templateFailed('int too large to convert to float');
  return [left, right];
}

const modulo = (left: bigint, right: bigint): bigint => ((left % right) + right) % right;

/** Quotient rounded down and rest, as `float_divmod` of CPython. */
function floatDivision(left: number, right: number): { quotient: number; rest: number } {
  let rest = left % right;
  let quotient = (left - rest) / right;
  if (rest === 0) rest = right < 0 ? -0 : 0;
  else if (right < 0 !== rest < 0) {
    rest += right;
    quotient -= 1;
  }
  if (quotient === 0) return { quotient: 0 * Math.sign(left / right), rest };
  const floor = Math.floor(quotient);
  return { quotient: quotient - floor > 0.5 ? floor + 1 : floor, rest };
}

function floatPower(left: number, right: number): number {
  if (left === 0 && right < 0) throw templateFailed('0.0 cannot be raised to a negative power');
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right))
    throw templateUnsupported('complex numbers');
  // IEEE 754 has 1 for these, JavaScript NaN.
  if (left === 1 || (left === -1 && !Number.isFinite(right) && !Number.isNaN(right))) return 1;
  const result = left ** right;
  if (!Number.isFinite(result) && Number.isFinite(left) && Number.isFinite(right))
    throw templateFailed('Numerical result out of range');
  return result;
}

function arithmetic(operator: BinaryOperator, one: bigint | number, other: bigint | number): bigint | number {
  if (['/', '//', '%'].includes(operator) && Number(other) === 0)
    throw templateFailed(
      typeof one === 'bigint' && typeof other === 'bigint' ? 'division by zero' : 'float division by zero',
    );
  if (typeof one === 'bigint' && typeof other === 'bigint') {
    if (operator === '+') return bounded(one + other);
    if (operator === '-') return bounded(one - other);
    if (operator === '*') return bounded(one * other);
    if (operator === '%') return modulo(one, other);
    if (operator === '//') return (one - modulo(one, other)) / other;
    if (operator === '**' && other >= 0n) {
      const bits = BigInt(one.toString(2).length) * other;
      if (one > 1n || one < -1n) if (bits > BigInt(MAX_INT_BITS)) throw templateTooMuch(`ints of ${MAX_INT_BITS} bits`);
      return one === 1n || one === 0n
        ? other === 0n
          ? 1n
          : one
        : one === -1n
          ? other % 2n === 0n
            ? 1n
            : -1n
          : one ** other;
    }
    if (operator === '/') return trueDivision(one, other);
  }
  const [left, right] = floats(one, other);
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (operator === '/') return left / right;
  if (operator === '%') return floatDivision(left, right).rest;
  if (operator === '**') return floatPower(left, right);
  return floatDivision(left, right).quotient;
}

/** The double nearest to the quotient of two ints, which are not rounded before. */
function trueDivision(one: bigint, other: bigint): number {
  const exact = (value: bigint): boolean => BigInt.asIntN(54, value) === value;
  if (exact(one) && exact(other)) return Number(one) / Number(other);
  throw templateUnsupported('division of ints above 2^53');
}

function repeated(value: Value, times: bigint): Value | undefined {
  if (BigInt.asIntN(64, times) !== times) throw templateFailed("cannot fit 'int' into an index-sized integer");
  const count = Number(times < 0n ? 0n : times);
  if (typeof value === 'string') {
    spendText(value.length * count);
    return value.repeat(count);
  }
  const items = sequence(value);
  if (items === undefined) return undefined;
  spend(items.length * count);
  const copies = Array.from({ length: count }, () => items).flat();
  return isTuple(value) ? { type: 'tuple', items: copies } : copies;
}

function joined(one: Value, other: Value): Value | undefined {
  if (typeof one === 'string' && typeof other === 'string') {
    spendText(one.length + other.length);
    return one + other;
  }
  const [left, right] = [sequence(one), sequence(other)];
  if (left === undefined || right === undefined || isTuple(one) !== isTuple(other)) return undefined;
  spend(left.length + right.length);
  const items = [...left, ...right];
  return isTuple(one) ? { type: 'tuple', items } : items;
}

/** `one operator other`. */
export function binary(operator: BinaryOperator, one: Value, other: Value): Value {
  // `'%s' % x` prints an undefined value; any other operator fails with it.
  if (typeof one === 'string' && operator === '%') return formatPercent(one, other);
  for (const each of [one, other]) {
    if (isUndefined(each)) throw templateFailed(each.message);
    if (isMarkup(each)) throw templateUnsupported(`${operator} on an escaped text`);
  }
  const [left, right] = [numberOf(one), numberOf(other)];
  if (left !== undefined && right !== undefined) return arithmetic(operator, left, right);
  let result: Value | undefined;
  if (operator === '+') result = joined(one, other);
  if (operator === '*') {
    const [first, second] = [intOf(one), intOf(other)];
    if (second !== undefined) result = repeated(one, second);
    else if (first !== undefined) result = repeated(other, first);
  }
  if (result !== undefined) return result;
  if (isDict(one) && isDict(other) && operator !== '+') throw templateUnsupported(`${operator} on two dicts`);
  throw templateFailed(`unsupported operand type(s) for ${operator}: '${typeName(one)}' and '${typeName(other)}'`);
}

export function negative(value: Value): Value {
  const number = signed(value, '-');
  return typeof number === 'bigint' ? -number : -number;
}

export function positive(value: Value): Value {
  return signed(value, '+');
}

function signed(value: Value, sign: string): bigint | number {
  if (isUndefined(value)) throw templateFailed(value.message);
  const number = numberOf(value);
  if (number === undefined) throw templateFailed(`bad operand type for unary ${sign}: '${typeName(value)}'`);
  return number;
}

/** `item in container`. */
export function contains(container: Value, item: Value): boolean {
  if (isMarkup(container) || isMarkup(item)) throw templateUnsupported('"in" on an escaped text');
  if (typeof container === 'string') {
    if (typeof item !== 'string')
      throw templateFailed(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    spendText(container.length);
    return container.includes(item);
  }
  if (isDict(container)) return container.entries.has(hashKey(item));
  if (lengthOf(container) === undefined && numberOf(container) !== undefined)
    throw templateFailed(`argument of type '${typeName(container)}' is not iterable`);
  for (const each of itemsOf(container)) if (each === item || equals(each, item)) return true;
  return false;
}

export function compare(operator: ComparisonOperator, one: Value, other: Value): boolean {
  if (operator === '==') return equals(one, other);
  if (operator === '!=') return !equals(one, other);
  if (operator === '<') return lessThan(one, other, '<');
  if (operator === '>') return lessThan(other, one, '>');
  if (operator === 'in') return contains(other, one);
  if (operator === 'not in') return !contains(other, one);
  // With NaN, `<=` is not the opposite of `>`.
  const [left, right] = [numberOf(one), numberOf(other)];
  if (left !== undefined && right !== undefined) return operator === '<=' ? left <= right : left >= right;
  return operator === '<='
    ? lessThan(one, other, '<=') || equals(one, other)
    : lessThan(other, one, '>=') || equals(one, other);
}
