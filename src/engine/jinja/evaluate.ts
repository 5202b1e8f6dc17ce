// Runs a template's tree: scopes as Jinja has them (a loop's pass, a macro, `with` and a block that captures are scopes; `if` is
// none), values as Python has them, and a budget on everything.
import { builtin, callValue, getAttribute, getItem, getSlice } from './attributes.ts';
import { nested, spend, spendText } from './budget.ts';
import { applyFilter } from './filters.ts';
import { formatTime } from './formatTime.ts';
import type { Arguments, Body, Expression, Parameter, Statement, Target } from './nodes.ts';
import { binary, compare, negative, positive } from './operators.ts';
import { templateFailed, templateTooMuch, templateUnsupported } from './templateErrors.ts';
import { runTest } from './tests.ts';
import {
  type Callable,
  type Dict,
  equals,
  type Helper,
  hashKey,
  intOf,
  isDict,
  isTrue,
  isTyped,
  isUndefined,
  itemsOf,
  iterate,
  type Keywords,
  lengthOf,
  makeDict,
  textOf,
  tuple,
  typeName,
  undefinedValue,
  type Value,
} from './values.ts';

interface Scope {
  readonly names: Map<string, Value>;
  readonly outer: Scope | undefined;
}

/** Receives the text of statements. */
type Write = (text: string) => void;

const MAX_OUTPUT = 1 << 26;
const MAX_RANGE = 100_000;

const inside = (outer: Scope): Scope => ({ names: new Map(), outer });

function lookUp(scope: Scope, name: string): Value {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefinedValue(`'${name}' is undefined`);
}

/** Thrown by `break` and `continue`, caught by their loop. */
const BREAK = Symbol('break');
const CONTINUE = Symbol('continue');

/** Whether `name` stands anywhere in a part of the tree. */
function mentions(part: unknown, name: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const node = part as { readonly kind?: unknown; readonly name?: unknown };
  if (node.kind === 'name' && node.name === name) return true;
  return Object.values(part).some((child) => mentions(child, name));
}

function evaluate(node: Expression, scope: Scope): Value {
  spend();
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'name':
      return lookUp(scope, node.name);
    case 'list':
      return node.items.map((item) => evaluate(item, scope));
    case 'tuple':
      return tuple(...node.items.map((item) => evaluate(item, scope)));
    case 'dict':
      return makeDict(node.pairs.map(([key, value]) => [evaluate(key, scope), evaluate(value, scope)] as const));
    case 'concat': {
      const parts = node.items.map((item) => textOf(evaluate(item, scope)));
      spendText(parts.reduce((sum, part) => sum + part.length, 0));
      return parts.join('');
    }
    case 'attribute':
      return getAttribute(evaluate(node.of, scope), node.name);
    case 'item':
      return getItem(evaluate(node.of, scope), evaluate(node.index, scope));
    case 'slice': {
      const value = evaluate(node.of, scope);
      const bound = (part: Expression | undefined): Value => (part === undefined ? null : evaluate(part, scope));
      return getSlice(value, [bound(node.start), bound(node.stop), bound(node.step)]);
    }
    case 'call': {
      const callee = evaluate(node.callee, scope);
      const [listed, named] = argumentsOf(node.args, scope);
      return callValue(callee, listed, named);
    }
    case 'filter': {
      if (node.of === undefined) throw templateUnsupported('a filter without a value');
      const value = evaluate(node.of, scope);
      return applyFilter(node.name, value, ...argumentsOf(node.args, scope));
    }
    case 'test': {
      const value = evaluate(node.of as Expression, scope);
      return runTest(node.name, value, ...argumentsOf(node.args, scope));
    }
    case 'not':
      return !isTrue(evaluate(node.of, scope));
    case 'negative':
      return negative(evaluate(node.of, scope));
    case 'positive':
      return positive(evaluate(node.of, scope));
    case 'and': {
      const left = evaluate(node.left, scope);
      return isTrue(left) ? evaluate(node.right, scope) : left;
    }
    case 'or': {
      const left = evaluate(node.left, scope);
      return isTrue(left) ? left : evaluate(node.right, scope);
    }
    case 'binary':
      return binary(node.operator, evaluate(node.left, scope), evaluate(node.right, scope));
    case 'compare': {
      let left = evaluate(node.first, scope);
      for (const [operator, operand] of node.rest) {
        const right = evaluate(operand, scope);
        if (!compare(operator, left, right)) return false;
        left = right;
      }
      return true;
    }
    case 'conditional': {
      if (isTrue(evaluate(node.test, scope))) return evaluate(node.then, scope);
      if (node.otherwise !== undefined) return evaluate(node.otherwise, scope);
      return undefinedValue('the inline if-expression evaluated to false and no else section was defined.');
    }
  }
}

function argumentsOf(args: Arguments, scope: Scope): [readonly Value[], Keywords] {
  const listed = args.positional.map((each) => evaluate(each, scope));
  const named = new Map(args.keywords.map(([name, value]) => [name, evaluate(value, scope)]));
  if (args.spread !== undefined) listed.push(...itemsOf(evaluate(args.spread, scope)));
  if (args.spreadKeywords !== undefined) {
    const more = evaluate(args.spreadKeywords, scope);
    if (!isDict(more)) throw templateFailed('argument after ** must be a mapping');
    for (const [key, value] of more.entries.values()) {
      if (typeof key !== 'string') throw templateFailed('keywords must be strings');
      if (named.has(key)) throw templateFailed(`got multiple values for keyword argument '${key}'`);
      named.set(key, value);
    }
  }
  return [listed, named];
}

function assign(target: Target, value: Value, scope: Scope): void {
  if (target.kind === 'name') scope.names.set(target.name, value);
  else if (target.kind === 'namespace') {
    const space = lookUp(scope, target.name);
    if (!isTyped(space) || space.type !== 'Namespace')
      throw templateFailed('cannot assign attribute on non-namespace object');
    space.attributes.entries.set(hashKey(target.attribute), [target.attribute, value]);
  } else {
    const items = [...itemsOf(value)];
    const { length } = target.items;
    if (items.length > length) throw templateFailed(`too many values to unpack (expected ${length})`);
    if (items.length < length)
      throw templateFailed(`not enough values to unpack (expected ${length}, got ${items.length})`);
    for (const [index, each] of target.items.entries()) assign(each, items[index] as Value, scope);
  }
}

/** What statements write, as one text. */
function captured(body: Body, scope: Scope): string {
  const parts: string[] = [];
  run(body, scope, (text) => parts.push(text));
  return parts.join('');
}

/** A captured text through the filters of its block. */
function filtered(filter: Expression, text: string, scope: Scope): Value {
  if (filter.kind !== 'filter') return text;
  const value = filter.of === undefined ? text : filtered(filter.of, text, scope);
  return applyFilter(filter.name, value, ...argumentsOf(filter.args, scope));
}

function macro(name: string, parameters: readonly Parameter[], body: Body, scope: Scope): Callable {
  const names = parameters.map((parameter) => parameter.name);
  const takes = (special: string): boolean => !names.includes(special) && mentions(body, special);
  const special = { caller: takes('caller'), kwargs: takes('kwargs'), varargs: takes('varargs') };
  return {
    type: 'Macro',
    name,
    call(listed, named) {
      const rest = new Map(named);
      const own = inside(scope);
      const given = parameters.map((parameter, index) => {
        const value = index < listed.length ? listed[index] : rest.get(parameter.name);
        if (index >= listed.length) rest.delete(parameter.name);
        return value;
      });
      if (special.caller) {
        own.names.set('caller', rest.get('caller') ?? undefinedValue('No caller defined'));
        rest.delete('caller');
      }
      if (special.kwargs) own.names.set('kwargs', makeDict(rest));
      else {
        const [foreign] = rest.keys();
        if (foreign !== undefined) throw templateFailed(`macro '${name}' takes no keyword argument '${foreign}'`);
      }
      if (special.varargs) own.names.set('varargs', tuple(...listed.slice(names.length)));
      else if (listed.length > names.length)
        throw templateFailed(`macro '${name}' takes not more than ${names.length} argument(s)`);
      return nested(() => {
        for (const [index, parameter] of parameters.entries()) {
          const missing = undefinedValue(`parameter '${parameter.name}' was not provided`);
          const value = given[index];
          const fallback = (): Value =>
            parameter.fallback === undefined ? missing : evaluate(parameter.fallback, own);
          own.names.set(parameter.name, value === undefined ? fallback() : value);
        }
        return captured(body, own);
      });
    },
  };
}

type For = Statement & { readonly kind: 'for' };

/** A loop's `loop`, and the iterator that it looks ahead of. */
function loopOf(
  over: Value,
  recurse: Callable['call'] | undefined,
  depth: number,
): { loop: Helper; next: () => Value | undefined } {
  let iterator = iterate(over);
  let index = -1;
  let length: number | undefined;
  /** Wrapped, because an item may be None. */
  let ahead: { readonly item: Value | undefined } | undefined;
  let before: Value | undefined;
  let item: Value | undefined;
  let changed: Value | undefined;
  const pull = (): Value | undefined => {
    const { value, done } = iterator.next();
    return done === true ? undefined : value;
  };
  const peek = (): Value | undefined => {
    ahead ??= { item: pull() };
    return ahead.item;
  };
  const count = (): number => {
    if (length !== undefined) return length;
    length = lengthOf(over);
    if (length === undefined) {
      const rest: Value[] = [];
      for (let value = pull(); value !== undefined; value = pull()) rest.push(value);
      spend(rest.length);
      iterator = rest[Symbol.iterator]();
      length = rest.length + index + 1 + (ahead?.item === undefined ? 0 : 1);
    }
    return length;
  };
  const loop: Helper = {
    type: 'LoopContext',
    attributes: {
      index: () => BigInt(index + 1),
      index0: () => BigInt(index),
      revindex: () => BigInt(count() - index),
      revindex0: () => BigInt(count() - index - 1),
      first: () => index === 0,
      last: () => peek() === undefined,
      length: () => BigInt(count()),
      depth: () => BigInt(depth + 1),
      depth0: () => BigInt(depth),
      previtem: () => (index === 0 ? undefinedValue('there is no previous item') : (before as Value)),
      nextitem: () => {
        const item = peek();
        return item === undefined ? undefinedValue('there is no next item') : item;
      },
      cycle: () =>
        builtin('cycle', (items) => {
          if (items.length === 0) throw templateFailed('no items for cycling given');
          return items[index % items.length] as Value;
        }),
      changed: () =>
        builtin('changed', (items) => {
          const now = tuple(...items);
          const differs = changed === undefined || !equals(changed, now);
          if (differs) changed = now;
          return differs;
        }),
    },
    call(listed, named) {
      if (recurse === undefined)
        throw templateFailed("The loop must have the 'recursive' marker to be called recursively.");
      return recurse(listed, named);
    },
  };
  return {
    loop,
    next() {
      const value = ahead === undefined ? pull() : ahead.item;
      ahead = undefined;
      if (value === undefined) return undefined;
      index += 1;
      [before, item] = [item, value];
      return value;
    },
  };
}

function passing(node: For, over: Value, scope: Scope): Value {
  const { test } = node;
  if (test === undefined) return over;
  function* generate(): Generator<Value> {
    for (const item of itemsOf(over)) {
      const own = inside(scope);
      assign(node.target, item, own);
      if (isTrue(evaluate(test as Expression, own))) yield item;
    }
  }
  const items = generate();
  return { type: 'generator', iterate: () => items };
}

function runFor(node: For, over: Value, scope: Scope, write: Write, depth: number): void {
  const recurse: Callable['call'] = ([again = null]) =>
    nested(() => {
      const parts: string[] = [];
      runFor(node, again, scope, (text) => parts.push(text), depth + 1);
      return parts.join('');
    });
  const { loop, next } = loopOf(passing(node, over, scope), node.recursive ? recurse : undefined, depth);
  // Jinja notes a pass at its end: a loop whose passes all end by `break` or `continue` runs `else` as well.
  let completed = false;
  for (let item = next(); item !== undefined; item = next()) {
    spend();
    const own = inside(scope);
    own.names.set('loop', loop);
    assign(node.target, item, own);
    try {
      run(node.body, own, write);
      completed = true;
    } catch (signal) {
      if (signal === BREAK) break;
      if (signal !== CONTINUE) throw signal;
    }
  }
  if (!completed) run(node.otherwise, inside(scope), write);
}

function run(body: Body, scope: Scope, write: Write): void {
  for (const node of body) runStatement(node, scope, write);
}

function runStatement(node: Statement, scope: Scope, write: Write): void {
  spend();
  switch (node.kind) {
    case 'text':
      write(node.text);
      return;
    case 'output': {
      const text = textOf(evaluate(node.value, scope));
      spendText(text.length);
      write(text);
      return;
    }
    case 'if': {
      const branch = node.branches.find(([test]) => isTrue(evaluate(test, scope)));
      run(branch?.[1] ?? node.otherwise, scope, write);
      return;
    }
    case 'for':
      runFor(node, evaluate(node.over, scope), scope, write, 0);
      return;
    case 'set':
      assign(node.target, evaluate(node.value, scope), scope);
      return;
    case 'setBlock': {
      const text = captured(node.body, inside(scope));
      assign(node.target, node.filter === undefined ? text : filtered(node.filter, text, scope), scope);
      return;
    }
    case 'with': {
      const own = inside(scope);
      const values = node.pairs.map(([, value]) => evaluate(value, scope));
      for (const [index, [target]] of node.pairs.entries()) assign(target, values[index] as Value, own);
      run(node.body, own, write);
      return;
    }
    case 'macro': {
      scope.names.set(node.name, macro(node.name, node.parameters, node.body, scope));
      return;
    }
    case 'callBlock': {
      const callee = evaluate(node.call.callee, scope);
      const [listed, named] = argumentsOf(node.call.args, scope);
      const caller = macro('caller', node.parameters, node.body, scope);
      write(textOf(callValue(callee, listed, new Map([...named, ['caller', caller]]))));
      return;
    }
    case 'filterBlock':
      write(textOf(filtered(node.filter, captured(node.body, inside(scope)), scope)));
      return;
    case 'generation':
      run(node.body, inside(scope), write);
      return;
    case 'break':
      throw BREAK;
    case 'continue':
      throw CONTINUE;
  }
}

function range(listed: readonly Value[]): Value {
  const ints = listed.map((value) => {
    const int = intOf(value);
    if (int === undefined) throw templateFailed(`'${typeName(value)}' object cannot be interpreted as an integer`);
    return int;
  });
  if (ints.length < 1 || ints.length > 3) throw templateFailed('range expected 1 to 3 arguments');
  const [start = 0n, stop = 0n, step = 1n] = ints.length === 1 ? [0n, ...ints] : ints;
  if (step === 0n) throw templateFailed('range() arg 3 must not be zero');
  const distance = step > 0n ? stop - start : start - stop;
  const size = step > 0n ? step : -step;
  const length = distance <= 0n ? 0n : (distance + size - 1n) / size;
  if (length > BigInt(MAX_RANGE))
    throw templateFailed(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`);
  return { type: 'range', start, stop, step, length: Number(length) };
}

function dictOf(listed: readonly Value[], named: Keywords): Dict {
  const [from] = listed;
  const pairs: (readonly [Value, Value])[] = [];
  if (from !== undefined && isUndefined(from)) throw templateFailed(from.message);
  if (from !== undefined && isDict(from)) pairs.push(...from.entries.values());
  else if (from !== undefined)
    for (const pair of itemsOf(from)) {
      const [key, value, ...more] = itemsOf(pair);
      if (key === undefined || value === undefined || more.length > 0)
        throw templateFailed('dictionary update sequence element has not length 2');
      pairs.push([key, value]);
    }
  spend(pairs.length);
  return makeDict([...pairs, ...named]);
}

function cycler(items: readonly Value[]): Helper {
  if (items.length === 0) throw templateFailed('at least one item has to be provided');
  let place = 0;
  return {
    type: 'Cycler',
    attributes: {
      current: () => items[place] as Value,
      next: () =>
        builtin('next', () => {
          const item = items[place] as Value;
          place = (place + 1) % items.length;
          return item;
        }),
      reset: () =>
        builtin('reset', () => {
          place = 0;
          return null;
        }),
      items: () => tuple(...items),
      pos: () => BigInt(place),
    },
  };
}

function joiner([separator = ', ']: readonly Value[], named: Keywords): Helper {
  let used = false;
  const text = named.get('sep') ?? separator;
  return {
    type: 'Joiner',
    attributes: { sep: () => text, used: () => used },
    call() {
      if (used) return text;
      used = true;
      return '';
    },
  };
}

function globals(now: () => Date): Map<string, Value> {
  const type = (name: string, call: Callable['call']): Callable => ({ type: 'type', name, call });
  const functions = [
    builtin('range', range),
    type('dict', dictOf),
    type('namespace', (listed, named) => ({ type: 'Namespace', attributes: dictOf(listed, named) })),
    type('cycler', cycler),
    type('joiner', joiner),
    builtin('lipsum', () => {
      throw templateUnsupported('the function "lipsum"');
    }),
    builtin('self', () => {
      throw templateUnsupported('"self"');
    }),
    builtin('raise_exception', ([message = '']) => {
      throw templateFailed(textOf(message));
    }),
    builtin('strftime_now', ([format = '']) => formatTime(now(), textOf(format))),
  ];
  return new Map(functions.map((each) => [each.name, each]));
}

/**
 * The text of a parsed template. `variables` are what the template sees beside Jinja's functions; `now` is the clock of
 * `strftime_now`. Call within `withBudget`.
 */
export function renderBody(body: Body, variables: ReadonlyMap<string, Value>, now: () => Date): string {
  const parts: string[] = [];
  let length = 0;
  const scope: Scope = { names: new Map(variables), outer: { names: globals(now), outer: undefined } };
  run(body, inside(scope), (text) => {
    length += text.length;
    if (length > MAX_OUTPUT) throw templateTooMuch(`${MAX_OUTPUT} characters`);
    parts.push(text);
  });
  return parts.join('');
}
