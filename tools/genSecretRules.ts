// Writes src/datanet/secrets/scannerRules.ts from a copy of gitleaks' published configuration (MIT):
//   node tools/run.mjs tools/genSecretRules.ts <config/gitleaks.toml> <commit>
// Go's expressions become JavaScript's. Every repetition gets an upper bound, so that no text can stall a rule. Left out: rules
// about files, rules over several lines, and those whose place our own rules take (tokens of any service, JWT, PEM).
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [source, commit = ''] = process.argv.slice(2);
if (source === undefined || !/^[0-9a-f]{40}$/.test(commit)) {
  console.error('Usage: node tools/run.mjs tools/genSecretRules.ts <config/gitleaks.toml> <commit of 40 hex digits>');
  process.exit(1);
}

const LEFT_OUT = /^(generic-api-key|jwt|jwt-base64|private-key|curl-|kubernetes-|pkcs12)/;
const MAX_REPEATS = 300;

/** Outside character classes; a class is copied as it is, but for POSIX names. */
function toJavaScript(expression: string): { readonly source: string; readonly ignoreCase: boolean } {
  const ignoreCase = /\(\?i[):]/.test(expression);
  const classes = /\[(?:\[:\w+:\]|\\.|[^\]\\])*\]|\\.|\(\?P<\w+>|\(\?-?[is]+\)|\(\?-?[is]+:|\{(\d+),\}|[+*]/g;
  const text = expression
    // Where a token may stand in a longer name matters to reports only.
    .replace(/^(\(\?i\))?\[\\w\.-\]\{0,50\}\?/, '$1')
    .replace(classes, (part, least: string | undefined) => {
      if (part.startsWith('[')) return part.replace('[:alnum:]', 'A-Za-z0-9');
      if (part === '\\z') return '$';
      if (part.startsWith('\\')) return part;
      if (part.startsWith('{')) return `{${least},${Number(least) + MAX_REPEATS}}`;
      if (part === '+') return `{1,${MAX_REPEATS}}`;
      if (part === '*') return `{0,${MAX_REPEATS}}`;
      return part.endsWith(')') ? '' : '(?:';
    });
  new RegExp(text, ignoreCase ? 'i' : '');
  return { source: text, ignoreCase };
}

interface Rule {
  readonly id: string;
  readonly entropy: number;
  readonly keywords: readonly string[];
  readonly ignoreCase: boolean;
  readonly source: string;
}

function lineOf({ id, entropy, keywords, ignoreCase, source: expression }: Rule): string {
  const fields = [
    `id: ${JSON.stringify(id)}`,
    `entropy: ${entropy}`,
    `keywords: ${JSON.stringify(keywords)}`,
    `ignoreCase: ${ignoreCase}`,
    `source: ${JSON.stringify(expression)}`,
  ];
  return `  { ${fields.join(', ')} },`;
}

const rules = readFileSync(source, 'utf8')
  .split(/^\[\[rules\]\]$/m)
  .slice(1)
  .flatMap((block) => {
    const own = block.split('[[rules.allowlists]]')[0] as string;
    const id = /^id = "(.*)"$/m.exec(own)?.[1] ?? '';
    const expression = /^regex = '''(.*)'''$/m.exec(own)?.[1];
    if (expression === undefined || LEFT_OUT.test(id) || /^path = /m.test(own)) return [];
    const keywords = /^keywords = \[([\s\S]*?)\]/m.exec(own)?.[1] ?? '';
    return [
      {
        id,
        ...toJavaScript(expression),
        entropy: Number(/^entropy = ([\d.]+)$/m.exec(own)?.[1] ?? 0),
        keywords: [...keywords.matchAll(/"([^"]+)"/g)].map((match) => (match[1] as string).toLowerCase()),
      },
    ];
  });

const target = path.join(import.meta.dirname, '../src/datanet/secrets/scannerRules.ts');
writeFileSync(
  target,
  `// Made by tools/genSecretRules.ts from gitleaks ${commit.slice(0, 12)}, not edited by hand; its notice stands in docs/dependencies.md. One rule
// per line, by id, which begins with the service whose tokens it finds.

export interface ScannerRule {
  readonly id: string;
  /** Least Shannon entropy of the token, in bits per character. */
  readonly entropy: number;
  /** In lower case; a text without any of them cannot match. */
  readonly keywords: readonly string[];
  readonly ignoreCase: boolean;
  /** Of the regular expression. Its first group, if it has one, is the token. */
  readonly source: string;
}

// biome-ignore format: generated.
export const SCANNER_RULES: readonly ScannerRule[] = [
${rules.map(lineOf).join('\n')}
];
`,
);
// In the order in which the fields are written.
const fields = ['id', 'entropy', 'keywords', 'ignoreCase', 'source'];
const digest = createHash('sha256').update(`[${rules.map((rule) => JSON.stringify(rule, fields)).join(',')}]`);
console.log(`${rules.length} rules; their digest, for scannerRules.test.ts: ${digest.digest('hex')}`);
