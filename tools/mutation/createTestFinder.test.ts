import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createTestFinder } from './createTestFinder.ts';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The tests of `src/a.ts` in a folder of these files, ring by ring. */
function ringsOf(files: Readonly<Record<string, string>>, file = 'src/a.ts'): string[][] {
  root = mkdtempSync(path.join(tmpdir(), 'tributary-finder-'));
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), source);
  }
  return createTestFinder(root)(file).map((ring) => ring.map((found) => `${found.project} ${found.file}`));
}

test('rings come nearest first, and those without tests are left out', () => {
  const rings = ringsOf({
    'src/a.ts': '',
    'src/a.test.ts': "import { a } from './a.ts';",
    'src/index.ts': "export { a } from './a.ts';",
    'src/index.test.ts': "import { a } from './index.ts';",
    'src/app/state.ts': "import type { A } from '../index.ts';",
    'src/app/Room.tsx': "import { state } from './state.ts';",
    'src/app/Room.browser.test.tsx': "import { Room } from './Room.tsx';",
    'src/other.test.ts': "import { b } from './b.ts';",
  });
  expect(rings).toEqual([
    ['node src/a.test.ts'],
    ['node src/index.test.ts'],
    ['browser src/app/Room.browser.test.tsx'],
  ]);
});

test.each([
  ['over several lines', "import {\n  a,\n} from '../src/a.ts';"],
  ['for its effect', "import '../src/a.ts';"],
  ['as a worker', "import Worker from '../src/a.ts?worker';"],
  ['as a text', "import text from '../src/a.ts?raw';"],
  ['when it runs', "const { a } = await import('../src/a.ts');"],
  ['when it runs, on a line of its own', "const load = () => import(\n  '../src/a.ts'\n);"],
  ['as a worker’s address', "new Worker(new URL('../src/a.ts', import.meta.url), { type: 'module' });"],
])('a module is imported %s', (_, source) => {
  expect(ringsOf({ 'src/a.ts': '', 'nodes/b.test.ts': source })).toEqual([['node nodes/b.test.ts']]);
});

test('tests of Node come before those of the browser in one ring, journeys are not among them', () => {
  const source = "import { a } from '../src/a.ts';";
  const names = ['test/a.browser.test.ts', 'test/b.browser.test.tsx', 'test/c.test.ts', 'test/e2e/d.e2e.ts'];
  expect(ringsOf(Object.fromEntries(names.map((name) => [name, source])))).toEqual([
    ['node test/c.test.ts', 'browser test/a.browser.test.ts', 'browser test/b.browser.test.tsx'],
  ]);
});

test('modules that import each other end, and a test is named once', () => {
  const rings = ringsOf({
    'src/a.ts': "import { b } from './b.ts';",
    'src/b.ts': "import { a } from './a.ts';",
    'src/b.test.ts': "import { a } from './a.ts';\nimport { b } from './b.ts';\nimport type { B } from './b.ts';",
  });
  expect(rings).toEqual([['node src/b.test.ts']]);
});

test('the twelve nearest of each project are enough', () => {
  const tests = (name: (index: number) => string, from: string): [string, string][] =>
    Array.from({ length: 10 }, (_, index) => [`src/${name(index)}`, `import { a } from './${from}.ts';`]);
  const rings = ringsOf(
    Object.fromEntries([
      ['src/b.ts', "import { a } from './a.ts';"],
      ...tests((index) => `near${index}.test.ts`, 'a'),
      ...tests((index) => `far${index}.test.ts`, 'b'),
      ...tests((index) => `page${index}.browser.test.ts`, 'b'),
    ]),
  );
  expect(rings[0]).toHaveLength(10);
  expect(rings[1]).toEqual([
    'node src/far0.test.ts',
    'node src/far1.test.ts',
    ...Array.from({ length: 10 }, (_, index) => `browser src/page${index}.browser.test.ts`),
  ]);
});

test('a module that nothing imports has no tests', () => {
  expect(ringsOf({ 'src/a.ts': '', 'src/b.test.ts': "import { b } from './ba.ts';" })).toEqual([]);
});

test('of a ring with more than twelve those of the own folder, and of folders near it, come first', () => {
  const source = "import { a } from '../../src/store/a.ts';";
  const far = Array.from({ length: 12 }, (_, index) => [`src/app/${String(index).padStart(2, '0')}.test.ts`, source]);
  const rings = ringsOf(
    {
      'src/store/a.ts': '',
      ...Object.fromEntries(far),
      'src/store/copy/a.test.ts': "import { a } from '../a.ts';",
      'src/store/a.test.ts': "import { a } from './a.ts';",
      'nodes/relay/a.test.ts': source,
    },
    'src/store/a.ts',
  );
  expect(rings).toEqual([
    ['node src/store/a.test.ts', 'node src/store/copy/a.test.ts', ...far.slice(0, 10).map(([name]) => `node ${name}`)],
  ]);
});
