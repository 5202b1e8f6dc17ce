// The texts that a test file can assert: its string literals, but not titles, comments, errors that the test makes itself, or
// a `code` outside an assertion. With it a test tells which error codes others provoke, rather than only mention.
import { readFileSync } from 'node:fs';
import { parseAst } from 'vite';

interface Node {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a syntax tree is read by its shape.
  readonly [key: string]: any;
}

/** `expect` of `expect(value).rejects.toMatchObject`. */
function rootName(node: Node | undefined): string | undefined {
  if (node?.type === 'CallExpression') return rootName(node['callee']);
  if (node?.type === 'MemberExpression') return rootName(node['object']);
  return node?.type === 'Identifier' ? node['name'] : undefined;
}

function* textsOf(node: unknown, asserted: boolean): Generator<string> {
  if (Array.isArray(node)) {
    for (const item of node) yield* textsOf(item, asserted);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, ...parts } = node as Node;
  if (type === 'NewExpression' && /Error$/.test(parts['callee'].name)) return;
  if (type === 'Property' && !asserted && parts['key'].name === 'code') return;
  if (type === 'Literal') yield String(parts['regex']?.pattern ?? parts['value']);
  if (type === 'TemplateElement') yield parts['value'].cooked;
  if (type === 'CallExpression') {
    const name = rootName(node as Node);
    const isTitled = (name === 'test' || name === 'describe') && /Literal$/.test(parts['arguments'][0]?.type);
    yield* textsOf(parts['callee'], asserted);
    const values = isTitled ? parts['arguments'].slice(1) : parts['arguments'];
    yield* textsOf(values, asserted || name === 'expect' || name === 'assert');
    return;
  }
  // An expectation may have a name: `const busy = { code: … }`.
  const isNamed = type === 'VariableDeclarator' && parts['init']?.type === 'ObjectExpression';
  for (const [key, part] of Object.entries(parts)) if (key !== 'parent') yield* textsOf(part, asserted || isNamed);
}

export function assertedTexts(file: string): string[] {
  const program = parseAst(readFileSync(file, 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts' });
  return [...textsOf(program, false)];
}
