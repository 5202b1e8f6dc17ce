// Finds every place in the source that creates a TributaryError, from the syntax tree: its codes, its English sentence and hint
// as templates, and the names of its facts. The dictionaries and their tests are generated from these.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vite';
import { contractErrors } from '../src/settlement/contractErrors.ts';

const root = path.dirname(import.meta.dirname);

export interface ErrorSite {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** `{name}` for an interpolated fact, `{?expression}` for a value that is not a fact; undefined if it comes from elsewhere. */
  readonly message: string | undefined;
  readonly hint: string | undefined;
  /** Undefined if the facts come from elsewhere. */
  readonly facts: ReadonlySet<string> | undefined;
}

interface Node {
  readonly type: string;
  readonly start: number;
  // biome-ignore lint/suspicious/noExplicitAny: a syntax tree is read by its shape.
  readonly [key: string]: any;
}

function* walk(node: unknown): Generator<Node> {
  if (Array.isArray(node)) {
    for (const item of node) yield* walk(item);
  } else if (typeof node === 'object' && node !== null) {
    if ('type' in node && typeof node.type === 'string') yield node as Node;
    for (const [key, value] of Object.entries(node)) if (key !== 'parent') yield* walk(value);
  }
}

/** What the expressions of a file stand for: its constants, and what a helper was called with. */
type Scope = ReadonlyMap<string, Node>;

/** The strings that an expression can evaluate to, as templates. */
function texts(node: Node | undefined, scope: Scope, name: (node: Node) => string): string[] | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'TSSatisfiesExpression' || node.type === 'TSAsExpression')
    return texts(node['expression'], scope, name);
  if (node.type === 'Literal' && typeof node['value'] === 'string') return [node['value']];
  if (node.type === 'TemplateLiteral') {
    let found = [''];
    for (const [index, quasi] of (node['quasis'] as Node[]).entries()) {
      found = found.map((text) => text + quasi['value'].cooked);
      const expression = node['expressions'][index] as Node | undefined;
      if (expression === undefined) continue;
      const parts = (expression.type === 'ConditionalExpression' ? texts(expression, scope, name) : undefined) ?? [
        `{${name(expression)}}`,
      ];
      found = found.flatMap((text) => parts.map((part) => text + part));
    }
    return found;
  }
  if (node.type === 'ConditionalExpression') {
    const either = [texts(node['consequent'], scope, name), texts(node['alternate'], scope, name)];
    return either.includes(undefined) ? undefined : (either.flat() as string[]);
  }
  if (node.type === 'Identifier' && scope.has(node['name'])) return texts(scope.get(node['name']), new Map(), name);
  return undefined;
}

function factNames(node: Node | undefined, scope: Scope): ReadonlySet<string> | undefined {
  if (node === undefined) return new Set();
  if (node.type === 'Identifier' && scope.has(node['name'])) return factNames(scope.get(node['name']), scope);
  if (node.type !== 'ObjectExpression') return undefined;
  const names = new Set<string>();
  for (const property of node['properties'] as Node[]) {
    if (property.type === 'SpreadElement') return undefined;
    names.add(property['key'].name ?? property['key'].value);
  }
  return names;
}

function properties(node: Node): Map<string, Node> {
  return new Map(
    (node['properties'] as Node[])
      .filter((property) => property.type === 'Property')
      .map((property) => [property['key'].name, property['value'] as Node]),
  );
}

/** An expression without what only makes a text of it. */
const bare = (expression: string): string =>
  expression
    .replace(/^String\((.*)\)$/, '$1')
    .replace(/\.toString\(\)$/, '')
    .replace(/ as string$| as number$/, '');

function sitesOf(file: string): ErrorSite[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  if (!source.includes('new TributaryError(')) return [];
  const nodes = [...walk(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }))];
  const constants = new Map<string, Node>();
  for (const node of nodes)
    if (node.type === 'VariableDeclarator' && node['init'] !== null && node['id'].type === 'Identifier')
      constants.set(node['id'].name, node['init']);
  const text = (node: Node): string => source.slice(node.start, node['end']);
  const factValues = (node: Node | undefined, scope: Scope): [string, string][] => {
    const object = node?.type === 'Identifier' ? scope.get(node['name']) : node;
    if (object?.type !== 'ObjectExpression') return [];
    return [...properties(object)].map(([key, value]) => [key, text(value)]);
  };
  const line = (node: Node): number => source.slice(0, node.start).split('\n').length;
  const site = (at: Node, given: Map<string, Node>, scope: Scope): ErrorSite[] => {
    const values = factValues(given.get('facts'), scope);
    const name = (node: Node): string =>
      values.find(([, value]) => bare(value) === bare(text(node)))?.[0] ?? `?${text(node)}`;
    const codes = texts(given.get('code'), scope, name) ?? [];
    const messages = texts(given.get('message'), scope, name);
    const hints = texts(given.get('hint'), scope, name);
    const paired = (found: string[] | undefined, index: number): string | undefined =>
      found === undefined ? undefined : codes.length > 1 && found.length === codes.length ? found[index] : found[0];
    return codes.map((code, index) => ({
      file,
      line: line(at),
      code,
      // Two sentences for one code cannot be one template.
      message: codes.length === 1 && (messages?.length ?? 0) > 1 ? undefined : paired(messages, index),
      hint: codes.length === 1 && (hints?.length ?? 0) > 1 ? undefined : paired(hints, index),
      facts: given.has('facts') ? factNames(given.get('facts'), scope) : new Set(),
    }));
  };
  const made = (node: Node): Node | undefined =>
    node.type === 'NewExpression' &&
    node['callee'].name === 'TributaryError' &&
    node['arguments'][0]?.type === 'ObjectExpression'
      ? node['arguments'][0]
      : undefined;

  const sites: ErrorSite[] = [];
  const helpers = nodes.filter(
    (node) =>
      node.type === 'FunctionDeclaration' &&
      [...walk(node['body'])].some(
        (inner) => made(inner) && properties(made(inner) as Node).get('code')?.type === 'Identifier',
      ),
  );
  const helperBodies = new Set(helpers.flatMap((helper) => [...walk(helper['body'])]));
  for (const node of nodes) {
    const argument = made(node);
    if (argument !== undefined && !helperBodies.has(node)) sites.push(...site(node, properties(argument), constants));
    const helper =
      node.type === 'CallExpression'
        ? helpers.find((candidate) => candidate['id'].name === node['callee'].name)
        : undefined;
    if (helper === undefined) continue;
    const inner = made([...walk(helper['body'])].find((candidate) => made(candidate)) as Node) as Node;
    const scope = new Map(constants);
    for (const [index, parameter] of (helper['params'] as Node[]).entries()) {
      const value = node['arguments'][index] as Node | undefined;
      if (value !== undefined) scope.set(parameter['name'], value);
    }
    sites.push(...site(node, properties(inner), scope));
  }
  return sites;
}

/** All sites of `src`, `workers` and `nodes`, tests excepted, and what the contracts revert with. */
export function errorSites(): ErrorSite[] {
  const files = globSync('{src,workers,nodes}/**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.tsx?$|\/testing\//.test(file),
  );
  const ofContracts = Object.values(contractErrors).map(([code, message, hint]) => ({
    file: 'src/settlement/contractErrors.ts',
    line: 0,
    code,
    message,
    hint,
    facts: undefined,
  }));
  return [...files.flatMap(sitesOf), ...ofContracts];
}
