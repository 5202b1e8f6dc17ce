import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { testFiles } from '../testFiles.ts';

export interface FoundTest {
  readonly project: 'node' | 'browser';
  readonly file: string;
}

/** Of each project. Tests that are further away say little about a file, and running all of them takes minutes for each fault. */
const MAX_TESTS = 12;

/** `from './a.ts'`, `import './a.ts'`, `import('./a.ts')` and a worker's `new URL('./a.ts', import.meta.url)`, without queries. */
const IMPORTS = /(?:\bfrom|\bimport(?:\s*\()?|\bnew URL\()\s*'(\.[^'?]+)(?:\?\w+)?'/g;

/** Folders that two files have in common. */
function closeness(file: string, other: string): number {
  const folders = path.posix.dirname(file).split('/');
  const others = path.posix.dirname(other).split('/');
  const apart = folders.findIndex((folder, depth) => folder !== others[depth]);
  return apart === -1 ? folders.length : apart;
}

/**
 * Finds the tests that reach a module by imports, as rings: those that import it, then those that import an importer, and so on.
 * Rings without tests are left out; within a ring, tests of Node come first, and those of the module's own folder before others, of
 * which a module that many import through an `index.ts` has more than are taken. Paths are relative to `root`, with forward slashes.
 */
export function createTestFinder(root: string): (file: string) => FoundTest[][] {
  const list = (patterns: readonly string[], exclude: readonly string[] = []): string[] =>
    globSync([...patterns], { cwd: root, exclude: [...exclude] })
      .map((file) => file.split(path.sep).join('/'))
      .sort();
  const importers = new Map<string, string[]>();
  for (const file of list(['{src,nodes,test,tools,workers}/**/*.{ts,tsx}'])) {
    const source = readFileSync(path.join(root, file), 'utf8');
    for (const [, specifier] of source.matchAll(IMPORTS)) {
      const imported = path.posix.join(path.posix.dirname(file), specifier as string);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  const projects = (['node', 'browser'] as const).map((project) => ({
    project,
    files: new Set(list(testFiles[project].include, testFiles[project].exclude)),
  }));
  return (file) => {
    const left = { node: MAX_TESTS, browser: MAX_TESTS };
    const rings: FoundTest[][] = [];
    const seen = new Set([file]);
    for (let ring = [file]; ring.length > 0; ) {
      const next = [...new Set(ring.flatMap((one) => importers.get(one) ?? []))].filter((one) => !seen.has(one));
      for (const one of next) seen.add(one);
      const found: FoundTest[] = [];
      for (const { project, files } of projects) {
        const tests = next
          .filter((one) => files.has(one))
          .sort((one, other) => closeness(file, other) - closeness(file, one))
          .slice(0, left[project]);
        left[project] -= tests.length;
        found.push(...tests.map((test) => ({ project, file: test })));
      }
      if (found.length > 0) rings.push(found);
      ring = next;
    }
    return rings;
  };
}
