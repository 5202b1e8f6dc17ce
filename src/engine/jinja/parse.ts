// Tokens to a tree, by the grammar of `parser.py` of Jinja 3.1 with the extensions that transformers switches on: `break`,
// `continue` and `generation`.
import type {
  Arguments,
  BinaryOperator,
  Body,
  ComparisonOperator,
  Expression,
  Parameter,
  Statement,
  Target,
} from './nodes.ts';
import { templateInvalid, templateTooMuch, templateUnsupported } from './templateErrors.ts';
import { type Token, tokenize } from './tokenize.ts';

const MAX_NESTING = 200;
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** Tags of Jinja that load other templates, or need a page around the text. */
const UNSUPPORTED_TAGS = new Set(['block', 'extends', 'include', 'import', 'from', 'autoescape']);

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** Parses a template. Throws `CHAT_TEMPLATE_INVALID` with the line, or `CHAT_TEMPLATE_UNSUPPORTED` with the tag. */
export function parse(source: string): Body {
  const tokens = tokenize(source);
  let position = 0;
  let nesting = 0;
  /** Whether `break` is inside a loop, of this function. */
  let inLoop = false;

  const current = (): Token => tokens[position] as Token;
  const ahead = (): Token => tokens[Math.min(position + 1, tokens.length - 1)] as Token;
  const next = (): Token => tokens[position++] as Token;
  const invalid = (reason: string): Error => templateInvalid(reason, current().line);
  const shown = ({ type, value }: Token): string => (type === 'eof' ? 'the end of the template' : `"${value}"`);
  const isSign = (sign: string, token = current()): boolean => token.type === 'operator' && token.value === sign;
  const isName = (name: string, token = current()): boolean => token.type === 'name' && token.value === name;
  const unexpected = (): Error => invalid(`unexpected ${shown(current())}`);

  function accept(sign: string): boolean {
    if (!isSign(sign)) return false;
    position += 1;
    return true;
  }
  function acceptName(name: string): boolean {
    if (!isName(name)) return false;
    position += 1;
    return true;
  }
  function expect(sign: string): void {
    if (!accept(sign)) throw invalid(`expected "${sign}", but there is ${shown(current())}`);
  }
  function expectName(): string {
    if (current().type !== 'name') throw invalid(`expected a name, but there is ${shown(current())}`);
    return next().value;
  }
  function expectEnd(): void {
    if (current().type !== 'end') throw invalid(`expected the end of the tag, but there is ${shown(current())}`);
    position += 1;
  }
  function deeper<Result>(work: () => Result): Result {
    nesting += 1;
    if (nesting > MAX_NESTING) throw templateTooMuch(`a nesting of ${MAX_NESTING}`);
    const result = work();
    nesting -= 1;
    return result;
  }

  const expression = (conditional = true): Expression => deeper(() => (conditional ? conditionalOf() : or()));

  function conditionalOf(): Expression {
    let then = or();
    while (acceptName('if')) {
      const test = or();
      const otherwise = acceptName('else') ? deeper(conditionalOf) : undefined;
      then = { kind: 'conditional', test, then, otherwise };
    }
    return then;
  }
  function or(): Expression {
    let left = and();
    while (acceptName('or')) left = { kind: 'or', left, right: and() };
    return left;
  }
  function and(): Expression {
    let left = not();
    while (acceptName('and')) left = { kind: 'and', left, right: not() };
    return left;
  }
  function not(): Expression {
    return acceptName('not') ? { kind: 'not', of: deeper(not) } : compare();
  }
  function comparison(): ComparisonOperator | undefined {
    const token = current();
    if (token.type === 'operator' && COMPARISONS.has(token.value)) return next().value as ComparisonOperator;
    if (acceptName('in')) return 'in';
    if (!isName('not') || !isName('in', ahead())) return undefined;
    position += 2;
    return 'not in';
  }
  function compare(): Expression {
    const first = sum();
    const rest: [ComparisonOperator, Expression][] = [];
    for (let operator = comparison(); operator !== undefined; operator = comparison()) rest.push([operator, sum()]);
    return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }
  function chain(signs: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (current().type === 'operator' && signs.includes(current().value)) {
      const operator = next().value as BinaryOperator;
      left = { kind: 'binary', operator, left, right: operand() };
    }
    return left;
  }
  // `~` binds more than `+`, and `**` groups to the left: as Jinja has it, not as Python.
  function sum(): Expression {
    return chain(['+', '-'], concat);
  }
  function concat(): Expression {
    const items = [product()];
    while (accept('~')) items.push(product());
    return items.length === 1 ? (items[0] as Expression) : { kind: 'concat', items };
  }
  function product(): Expression {
    return chain(['*', '/', '//', '%'], power);
  }
  function power(): Expression {
    return chain(['**'], unary);
  }
  function unary(filtered = true): Expression {
    const signed = (kind: 'negative' | 'positive'): Expression => ({ kind, of: deeper(() => unary(false)) });
    const value = accept('-') ? signed('negative') : accept('+') ? signed('positive') : primary();
    const whole = postfix(value);
    return filtered ? filters(whole) : whole;
  }

  function primary(): Expression {
    const token = current();
    if (token.type === 'name') {
      position += 1;
      const constant = CONSTANTS.get(token.value);
      return constant === undefined ? { kind: 'name', name: token.value } : { kind: 'constant', value: constant };
    }
    if (token.type === 'string') {
      let value = '';
      while (current().type === 'string') value += next().value;
      return { kind: 'constant', value };
    }
    if (token.type === 'integer') return { kind: 'constant', value: BigInt(next().value) };
    if (token.type === 'float') return { kind: 'constant', value: Number(next().value) };
    if (accept('(')) {
      const value = tupleOf({ empty: true });
      expect(')');
      return value;
    }
    if (accept('[')) return { kind: 'list', items: listed(']', () => expression()) };
    if (accept('{')) {
      const pair = (): [Expression, Expression] => {
        const key = expression();
        expect(':');
        return [key, expression()];
      };
      return { kind: 'dict', pairs: listed('}', pair) };
    }
    throw unexpected();
  }

  /** Items up to the closing sign; a comma may stand behind the last. */
  function listed<Item>(closing: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!isSign(closing)) {
      if (items.length > 0) {
        expect(',');
        if (isSign(closing)) break;
      }
      items.push(item());
    }
    expect(closing);
    return items;
  }

  function tupleOf(options: { conditional?: boolean; empty?: boolean; before?: string }): Expression {
    const items: Expression[] = [];
    let isTuple = false;
    const atEnd = (): boolean =>
      current().type === 'end' || isSign(')') || (options.before !== undefined && isName(options.before));
    for (;;) {
      if (items.length > 0) expect(',');
      if (atEnd()) break;
      items.push(expression(options.conditional ?? true));
      if (!isSign(',')) break;
      isTuple = true;
    }
    if (!isTuple && items[0] !== undefined) return items[0];
    if (!isTuple && options.empty !== true) throw invalid(`expected an expression, but there is ${shown(current())}`);
    return { kind: 'tuple', items };
  }

  function postfix(start: Expression): Expression {
    let of = start;
    for (;;) {
      if (accept('.')) {
        const token = next();
        if (token.type === 'name') of = { kind: 'attribute', of, name: token.value };
        else if (token.type === 'integer')
          of = { kind: 'item', of, index: { kind: 'constant', value: BigInt(token.value) } };
        else throw invalid('expected name or number');
      } else if (accept('[')) of = subscript(of);
      else if (isSign('(')) of = { kind: 'call', callee: of, args: callArguments() };
      else return of;
    }
  }

  function subscript(of: Expression): Expression {
    const part = (): Expression | undefined => (isSign(':') || isSign(']') || isSign(',') ? undefined : expression());
    const start = part();
    if (accept(':')) {
      const stop = part();
      const step = accept(':') ? part() : undefined;
      expect(']');
      return { kind: 'slice', of, start, stop, step };
    }
    if (start === undefined) throw unexpected();
    if (!isSign(',')) {
      expect(']');
      return { kind: 'item', of, index: start };
    }
    expect(',');
    return { kind: 'item', of, index: { kind: 'tuple', items: [start, ...listed(']', () => expression())] } };
  }

  function filters(start: Expression): Expression {
    let of = start;
    for (;;) {
      if (isSign('|')) of = filter(of);
      else if (acceptName('is')) of = testOf(of);
      else if (isSign('(')) of = { kind: 'call', callee: of, args: callArguments() };
      else return of;
    }
  }

  function dottedName(): string {
    let name = expectName();
    while (accept('.')) name += `.${expectName()}`;
    return name;
  }

  const none: Arguments = { positional: [], keywords: [] };

  function filter(of: Expression | undefined): Expression {
    expect('|');
    return filterNamed(of);
  }
  function filterNamed(of: Expression | undefined): Expression {
    return { kind: 'filter', name: dottedName(), of, args: isSign('(') ? callArguments() : none };
  }
  /** Filters of a block: the first has no value of its own. */
  function blockFilters(): Expression {
    let of = filterNamed(undefined);
    while (isSign('|')) of = filter(of);
    return of;
  }

  function testOf(of: Expression): Expression {
    const negated = acceptName('not');
    const name = dottedName();
    const token = current();
    let args = none;
    const operand = ['name', 'string', 'integer', 'float'].includes(token.type) || isSign('[') || isSign('{');
    if (isSign('(')) args = callArguments();
    else if (operand && !isName('else') && !isName('or') && !isName('and')) {
      if (isName('is')) throw invalid('tests cannot be chained with "is"');
      args = { positional: [postfix(primary())], keywords: [] };
    }
    const test: Expression = { kind: 'test', name, of, args };
    return negated ? { kind: 'not', of: test } : test;
  }

  function callArguments(): Arguments {
    const positional: Expression[] = [];
    const keywords: [string, Expression][] = [];
    let spread: Expression | undefined;
    let spreadKeywords: Expression | undefined;
    const ensure = (holds: boolean): void => {
      if (!holds) throw invalid('invalid syntax for the arguments of a call');
    };
    expect('(');
    listed(')', () => {
      if (accept('*')) {
        ensure(spread === undefined && spreadKeywords === undefined);
        spread = expression();
      } else if (accept('**')) {
        ensure(spreadKeywords === undefined);
        spreadKeywords = expression();
      } else if (current().type === 'name' && isSign('=', ahead())) {
        ensure(spreadKeywords === undefined);
        const name = next().value;
        ensure(!keywords.some(([known]) => known === name));
        position += 1;
        keywords.push([name, expression()]);
      } else {
        ensure(spread === undefined && spreadKeywords === undefined && keywords.length === 0);
        positional.push(expression());
      }
    });
    return {
      positional,
      keywords,
      ...(spread === undefined ? {} : { spread }),
      ...(spreadKeywords === undefined ? {} : { spreadKeywords }),
    };
  }

  function assignableName(): string {
    const name = expectName();
    if (CONSTANTS.has(name)) throw invalid(`cannot assign to "${name}"`);
    return name;
  }

  function target(before: string | undefined, namespaces: boolean): Target {
    const items: Target[] = [];
    let isTuple = false;
    const one = (): Target => {
      if (accept('(')) {
        const inner = deeper(() => target(undefined, namespaces));
        expect(')');
        return inner;
      }
      const name = assignableName();
      if (!namespaces || !accept('.')) return { kind: 'name', name };
      return { kind: 'namespace', name, attribute: expectName() };
    };
    for (;;) {
      if (items.length > 0) expect(',');
      if (current().type === 'end' || isSign('=') || isSign(')') || (before !== undefined && isName(before))) break;
      items.push(one());
      if (!isSign(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (only === undefined) throw unexpected();
    return isTuple ? { kind: 'targets', items } : only;
  }

  function parameters(): Parameter[] {
    expect('(');
    let defaults = false;
    const found: Parameter[] = [];
    while (!isSign(')')) {
      if (found.length > 0) expect(',');
      const name = assignableName();
      const fallback = accept('=') ? expression() : undefined;
      if (defaults && fallback === undefined) throw invalid('a parameter without default follows one with a default');
      defaults ||= fallback !== undefined;
      found.push({ name, fallback });
    }
    expect(')');
    return found;
  }

  /** Statements up to one of the `ends`, which is then the current token. */
  function bodyUntil(ends: readonly string[]): Body {
    accept(':');
    expectEnd();
    return deeper(() => statements(ends));
  }
  function bodyOf(end: string, loop = inLoop): Body {
    const outer = inLoop;
    inLoop = loop;
    const body = bodyUntil([end]);
    inLoop = outer;
    position += 1;
    return body;
  }

  function ifOf(): Statement {
    const branches: [Expression, Body][] = [];
    for (;;) {
      const test = tupleOf({ conditional: false });
      branches.push([test, bodyUntil(['elif', 'else', 'endif'])]);
      const { value } = next();
      if (value === 'elif') continue;
      return { kind: 'if', branches, otherwise: value === 'else' ? bodyOf('endif') : [] };
    }
  }

  function forOf(): Statement {
    const to = target('in', false);
    if (!acceptName('in')) throw invalid(`expected "in", but there is ${shown(current())}`);
    const over = tupleOf({ conditional: false, before: 'recursive' });
    const test = acceptName('if') ? expression() : undefined;
    const recursive = acceptName('recursive');
    const outer = inLoop;
    inLoop = true;
    const body = bodyUntil(['endfor', 'else']);
    inLoop = outer;
    const otherwise = next().value === 'else' ? bodyOf('endfor') : [];
    return { kind: 'for', target: to, over, test, recursive, body, otherwise };
  }

  function setOf(): Statement {
    const to = target(undefined, true);
    if (accept('=')) return { kind: 'set', target: to, value: tupleOf({}) };
    const filtered = accept('|') ? blockFilters() : undefined;
    return { kind: 'setBlock', target: to, filter: filtered, body: bodyOf('endset') };
  }

  function withOf(): Statement {
    const pairs: [Target, Expression][] = [];
    while (current().type !== 'end') {
      if (pairs.length > 0) expect(',');
      // One name: a comma begins the next assignment.
      const to: Target = { kind: 'name', name: assignableName() };
      expect('=');
      pairs.push([to, expression()]);
    }
    return { kind: 'with', pairs, body: bodyOf('endwith') };
  }

  function callBlock(): Statement {
    const own = isSign('(') ? parameters() : [];
    const call = expression();
    if (call.kind !== 'call') throw invalid('expected a call');
    return { kind: 'callBlock', call, parameters: own, body: bodyOf('endcall', false) };
  }

  function macroOf(): Statement {
    const name = assignableName();
    return { kind: 'macro', name, parameters: parameters(), body: bodyOf('endmacro', false) };
  }

  function statement(ends: readonly string[]): readonly Statement[] {
    const tag = expectName();
    if (tag === 'if') return [ifOf()];
    if (tag === 'for') return [forOf()];
    if (tag === 'set') return [setOf()];
    if (tag === 'with') return [withOf()];
    if (tag === 'macro') return [macroOf()];
    if (tag === 'call') return [callBlock()];
    if (tag === 'filter') return [{ kind: 'filterBlock', filter: blockFilters(), body: bodyOf('endfilter') }];
    if (tag === 'generation') return [{ kind: 'generation', body: bodyOf('endgeneration', false) }];
    if (tag === 'print') {
      const printed: Statement[] = [];
      while (current().type !== 'end') {
        if (printed.length > 0) expect(',');
        printed.push({ kind: 'output', value: expression() });
      }
      return printed;
    }
    if (tag === 'break' || tag === 'continue') {
      if (!inLoop) throw invalid(`{% ${tag} %} outside of a loop`);
      return [{ kind: tag }];
    }
    if (UNSUPPORTED_TAGS.has(tag)) throw templateUnsupported(`the tag {% ${tag} %}`);
    const looking = ends.length === 0 ? '' : ` while looking for ${ends.join(' or ')}`;
    throw invalid(`unknown tag "${tag}"${looking}`);
  }

  function statements(ends: readonly string[]): Body {
    const body: Statement[] = [];
    for (;;) {
      const token = next();
      if (token.type === 'eof') {
        position -= 1;
        if (ends.length > 0) throw invalid(`the template ends before ${ends.join(' or ')}`);
        return body;
      }
      if (token.type === 'data') body.push({ kind: 'text', text: token.value });
      else if (token.value === '{{') {
        body.push({ kind: 'output', value: tupleOf({}) });
        expectEnd();
      } else {
        if (current().type === 'name' && ends.includes(current().value)) return body;
        body.push(...statement(ends));
        expectEnd();
      }
    }
  }

  return statements([]);
}
