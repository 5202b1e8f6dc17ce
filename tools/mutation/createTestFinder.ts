import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { testFiles } from '../testFiles.ts';

export interface TestGroup {
  readonly project: 'node' | 'browser';
  readonly tests: readonly string[];
}

/** Tests that are further away say little about a file, and running all of them takes minutes for each fault. */
const MAX_TESTS = 12;

/**
 * Finds the tests that reach a module by imports, nearest first, those of Node before those of the browser. Paths are relative to
 * `root`, with forward slashes.
 */
export function createTestFinder(root: string): (file: string) => TestGroup[] {
  const files = globSync('{src,nodes,test,tools,workers}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
    file.split(path.sep).join('/'),
  );
  const importers = new Map<string, string[]>();
  for (const file of files) {
    const source = readFileSync(path.join(root, file), 'utf8');
    for (const [, specifier] of source.matchAll(/(?:from|import\()\s*'(\.[^']+?)(?:\?\w+)?'/g)) {
      const imported = path.posix.join(path.posix.dirname(file), specifier as string);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  const tests: Record<TestGroup['project'], ReadonlySet<string>> = {
    node: new Set(globSync([...testFiles.node.include], { cwd: root, exclude: [...testFiles.node.exclude] })),
    browser: new Set(globSync([...testFiles.browser.include], { cwd: root })),
  };
  return (file) => {
    const found: Record<TestGroup['project'], string[]> = { node: [], browser: [] };
    const seen = new Set([file]);
    for (let ring = [file]; ring.length > 0; ) {
      const next: string[] = [];
      for (const one of ring) {
        for (const importer of importers.get(one) ?? []) {
          if (seen.has(importer)) continue;
          seen.add(importer);
          next.push(importer);
        }
      }
      for (const project of ['node', 'browser'] as const)
        found[project].push(...next.filter((importer) => tests[project].has(importer)));
      ring = next;
    }
    return (['node', 'browser'] as const)
      .map((project) => ({ project, tests: found[project].slice(0, MAX_TESTS) }))
      .filter((group) => group.tests.length > 0);
  };
}
