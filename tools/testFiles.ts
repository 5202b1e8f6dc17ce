// Which files are tests and which runner takes them; `vitest.config.ts` and `npm test` read this; it runs nothing
// itself.
import { globSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

export const RUNNERS = ['contracts', 'node', 'browser', 'e2e'] as const;
export type Runner = (typeof RUNNERS)[number];

interface Patterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The files of each runner, from the repository's root. A name says the runner: see docs/testing.md. */
export const testFiles: Readonly<Record<Runner, Patterns>> = {
  contracts: { include: ['contracts/test/**/*.t.sol'], exclude: [] },
  node: { include: ['{src,test,nodes,tools,workers}/**/*.test.ts'], exclude: ['**/*.browser.test.*'] },
  browser: { include: ['{src,test,workers}/**/*.browser.test.{ts,tsx}'], exclude: [] },
  e2e: { include: ['test/e2e/**/*.e2e.ts'], exclude: [] },
};

/** The files of `runner` whose path contains `part`, with forward slashes. */
export function findTestFiles(runner: Runner, part: string): string[] {
  const { include, exclude } = testFiles[runner];
  const wanted = part.replaceAll('\\', '/').replace(/^\.\//, '');
  return globSync([...include], { cwd: root, exclude: [...exclude] })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.includes(wanted))
    .sort();
}

export interface Chosen {
  /** The chosen runners, each with its files; an empty list means all of them. */
  readonly chosen: ReadonlyMap<Runner, readonly string[]>;
  /** Everything from the first option on, passed to the runners. */
  readonly options: readonly string[];
  /** Names that match neither a runner nor a file. */
  readonly unknown: readonly string[];
}

/** What the arguments of `npm test` select; without arguments, everything. */
export function chooseTests(parameters: readonly string[]): Chosen {
  const firstOption = parameters.findIndex((parameter) => parameter.startsWith('-'));
  const names = firstOption === -1 ? parameters : parameters.slice(0, firstOption);
  const options = firstOption === -1 ? [] : parameters.slice(firstOption);
  const chosen = new Map<Runner, readonly string[]>();
  const unknown: string[] = [];
  const wanted = names.length === 0 ? RUNNERS : names;
  const whole = new Set(RUNNERS.filter((runner) => (wanted as readonly string[]).includes(runner)));
  for (const runner of whole) chosen.set(runner, []);
  for (const name of wanted) {
    if (whole.has(name as Runner)) continue;
    const found = RUNNERS.flatMap((runner) => {
      const files = findTestFiles(runner, name);
      return files.length === 0 ? [] : [{ runner, files }];
    });
    if (found.length === 0) unknown.push(name);
    for (const { runner, files } of found)
      if (!whole.has(runner)) chosen.set(runner, [...new Set([...(chosen.get(runner) ?? []), ...files])]);
  }
  return { chosen, options, unknown };
}
