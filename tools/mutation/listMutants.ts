// Small faults that a person could have made, one at a time, in TypeScript. The operators are the usual ones of mutation
// testing (Offutt et al. 1996: relational, logical, arithmetic, constant, statement deletion), and a lost `await`.
import { parseSync } from 'vite';

export interface Mutant {
  /** Half-open range of characters that `replacement` takes the place of. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** From 1. */
  readonly line: number;
  /** Name of the operator. */
  readonly fault: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

const binarySwaps: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
};
/** A map: in an object `toString` and `constructor` would be found as well. */
const methodSwaps: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['ceil', 'floor'],
  ['floor', 'ceil'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['toLowerCase', 'toString'],
  ['toUpperCase', 'toString'],
  ['shift', 'pop'],
  ['pop', 'shift'],
]);
/** Calls that give an equal kind of value without them. */
const droppableMethods = new Set(['filter', 'sort', 'toSorted', 'reverse', 'toReversed', 'slice', 'trim', 'flat']);

/** Words for people: what they say is read, not tested. */
const wordFields = new Set(['message', 'hint', 'says', 'label', 'title', 'cause']);

/** Every fault of one module. Words in errors, types, imports and exports are left alone. */
export function listMutants(file: string, source: string): Mutant[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const mutants: Mutant[] = [];
  const lineOf = (offset: number): number => source.slice(0, offset).split('\n').length;
  const add = (fault: string, start: number, end: number, replacement: string): void => {
    mutants.push({ fault, start, end, replacement, line: lineOf(start) });
  };
  const text = ({ start, end }: Node): string => source.slice(start, end);

  /** Replaces the operator between two operands. */
  const swapOperator = (fault: string, left: Node, right: Node, operator: string, other: string): void => {
    const at = source.indexOf(operator, left.end);
    if (at !== -1 && at < right.start) add(fault, at, at + operator.length, other);
  };

  const operators: Readonly<Record<string, (node: Node) => void>> = {
    BinaryExpression(node) {
      const [left, right, operator] = [node.left as Node, node.right as Node, node.operator as string];
      const isText = [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string');
      if (operator === '+' && isText) return;
      for (const other of binarySwaps[operator] ?? []) swapOperator('operator', left, right, operator, other);
    },
    LogicalExpression(node) {
      const [left, right, operator] = [node.left as Node, node.right as Node, node.operator as string];
      if (operator === '??') add('default dropped', node.start, node.end, text(left));
      else swapOperator('logic', left, right, operator, operator === '&&' ? '||' : '&&');
    },
    UnaryExpression(node) {
      if (node.operator === '!') add('negation dropped', node.start, node.end, text(node.argument as Node));
    },
    UpdateExpression(node) {
      const operator = node.operator as string;
      const [start, end] = node.prefix === true ? [node.start, node.start + 2] : [node.end - 2, node.end];
      add('counts the other way', start, end, operator === '++' ? '--' : '++');
    },
    Literal(node) {
      const { value } = node;
      if (typeof value === 'boolean') add('boolean', node.start, node.end, String(!value));
      if (typeof value === 'number') add('number', node.start, node.end, String(value + 1));
      if (typeof value === 'bigint') add('number', node.start, node.end, `${value + 1n}n`);
    },
    IfStatement(node) {
      const test = node.test as Node;
      add('always', test.start, test.end, 'true');
      add('never', test.start, test.end, 'false');
    },
    ConditionalExpression(node) {
      add('first branch', node.start, node.end, `(${text(node.consequent as Node)})`);
      add('second branch', node.start, node.end, `(${text(node.alternate as Node)})`);
    },
    ExpressionStatement(node) {
      add('statement dropped', node.start, node.end, ';');
    },
    AwaitExpression(node) {
      add('await dropped', node.start, node.end, text(node.argument as Node));
    },
    ReturnStatement(node) {
      if (isNode(node.argument) && text(node.argument) !== 'undefined')
        add('returns nothing', node.start, node.end, 'return undefined as never;');
    },
    CallExpression(node) {
      const callee = node.callee as Node;
      if (callee.type !== 'MemberExpression' || callee.computed === true) return;
      const [object, property] = [callee.object as Node, callee.property as Node];
      const name = text(property);
      const other = methodSwaps.get(name);
      if (other !== undefined) add('method', property.start, property.end, other);
      if (droppableMethods.has(name)) add('call dropped', node.start, node.end, text(object));
    },
    ArrayExpression(node) {
      const elements = node.elements as readonly Node[];
      if (elements.length > 0) add('empty', node.start, node.end, '[]');
    },
  };

  const walk = (node: Node): void => {
    if (/^(TS|Import|Export(All|Named)Declaration$)/.test(node.type) && !isNode(node.declaration)) {
      // Casts and assertions hold an expression; everything else of this kind is erased.
      if (isNode(node.expression)) walk(node.expression);
      return;
    }
    if (node.type === 'Property' && isNode(node.key) && wordFields.has(text(node.key))) return;
    operators[node.type]?.(node);
    for (const [field, child] of Object.entries(node)) {
      if (
        field === 'typeAnnotation' ||
        field === 'returnType' ||
        field === 'typeParameters' ||
        field === 'typeArguments'
      )
        continue;
      if (Array.isArray(child)) for (const one of child) if (isNode(one)) walk(one);
      if (isNode(child)) walk(child);
    }
  };
  walk(program as unknown as Node);
  return mutants.sort((left, right) => left.start - right.start || left.end - right.end);
}

/** The module with the fault in it. */
export function applyMutant(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}
