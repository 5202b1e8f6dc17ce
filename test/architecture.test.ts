// The import table of the house: domains do not know each other; app, workers, relay and tests compose them.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.dirname(import.meta.dirname);

/** Which folders a folder's files may import, besides themselves. */
const mayImport: Record<string, readonly string[]> = {
  'src/lib': [],
  'src/engine': ['src/lib'],
  'src/attribution': ['src/lib', 'src/engine'],
  'src/datanet': ['src/lib'],
  'src/settlement': ['src/lib'],
  'src/peers': ['src/lib'],
  'src/store': ['src/lib'],
  'src/models': ['src/lib', 'src/engine'],
  'src/app': [
    'src/lib',
    'src/engine',
    'src/attribution',
    'src/datanet',
    'src/settlement',
    'src/peers',
    'src/store',
    'src/models',
    'src/workflows',
    'workers',
  ],
  workers: [
    'src/lib',
    'src/engine',
    'src/attribution',
    'src/datanet',
    'src/settlement',
    'src/peers',
    'src/store',
    'src/models',
  ],
  'src/workflows': [
    'src/lib',
    'src/engine',
    'src/attribution',
    'src/datanet',
    'src/settlement',
    'src/peers',
    'src/store',
    'src/models',
  ],
  nodes: ['src/lib', 'src/engine', 'src/attribution', 'src/datanet', 'src/peers', 'src/settlement', 'src/workflows'],
};

/** Packages that only these folders may import. */
const onlyIn: readonly { readonly package: RegExp; readonly folders: readonly string[] }[] = [
  { package: /^viem(\/|$)/, folders: ['src/settlement', 'nodes'] },
  { package: /^(helia|libp2p|@helia\/|@libp2p\/|blockstore-|datastore-)/, folders: ['src/peers', 'nodes'] },
  { package: /^dexie$/, folders: ['src/store'] },
  { package: /^(solid-js|@solidjs\/|@kobalte\/)/, folders: ['src/app', 'src/main.tsx'] },
  { package: /^webgpu$/, folders: ['src/engine/webgpu'] },
  { package: /^node:/, folders: ['nodes', 'src/engine/webgpu', 'src/peers/node'] },
];

/** Outside these files a domain is reached through its index.ts alone. */
const entryPoints = /\/(index|node)\.ts$/;
/** Tests, and what only tests import. */
const isTest = (file: string): boolean => /\.(browser\.)?test\.tsx?$|\/testing\//.test(file);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url\s*\)/g;
  return [...source.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
  }));
}

function areaOf(file: string): string | undefined {
  return Object.keys(mayImport).find((folder) => file.startsWith(`${folder}/`));
}

const files = globSync('{src,workers,nodes}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
  file.split(path.sep).join('/'),
);
const imports = files.flatMap(importsOf);

test('there is something to check', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(100);
});

test('no folder imports against the table', () => {
  const wrong = imports.flatMap(({ file, specifier }) => {
    const from = areaOf(file);
    if (from === undefined || !specifier.startsWith('.')) return [];
    const target = path.posix.join(path.posix.dirname(file), specifier.replace(/\?.*$/, ''));
    const to = areaOf(target);
    if (to === undefined || to === from) return [];
    if (!(mayImport[from] as readonly string[]).includes(to))
      return [`${file} imports ${target}: ${from} may not import ${to}`];
    if (to !== 'src/lib' && to !== 'src/workflows' && to !== 'workers' && !entryPoints.test(target) && !isTest(file))
      return [`${file} imports ${target}: use ${to}/index.ts`];
    return [];
  });
  expect(wrong).toEqual([]);
});

test('a package is imported only where it belongs', () => {
  const wrong = imports.flatMap(({ file, specifier }) =>
    onlyIn
      .filter(
        (rule) =>
          rule.package.test(specifier) && !isTest(file) && !rule.folders.some((folder) => file.startsWith(folder)),
      )
      .map((rule) => `${file} imports ${specifier}: only ${rule.folders.join(', ')} may`),
  );
  expect(wrong).toEqual([]);
});

test('a worker entry is at most 60 lines and only the app or a test starts it', () => {
  const long = files
    .filter((file) => file.startsWith('workers/') && !isTest(file))
    .filter((file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 61);
  expect(long).toEqual([]);
});

test('no domain throws a bare Error or swallows one', () => {
  const wrong = files
    .filter((file) => file.startsWith('src/') && !file.startsWith('src/lib/') && !isTest(file))
    .flatMap((file) =>
      readFileSync(path.join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /throw new (Error|TypeError|RangeError)\(|catch\s*(\([^)]*\))?\s*\{\s*\}/.test(line)
            ? [`${file}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    );
  expect(wrong).toEqual([]);
});

/**
 * Groups of files that import each other in a circle, `import type` included: the strongly connected components of the import
 * graph that have more than one file, or one that imports itself (Tarjan 1972). `sources`: text by path, specifiers relative.
 */
function importCycles(sources: ReadonlyMap<string, string>): string[][] {
  const specifier =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"](\.[^'"]+)['"]|(?:^|\n)\s*import\s*['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g;
  const targetsOf = (file: string, source: string): string[] =>
    [...source.matchAll(specifier)]
      .map((match) => path.posix.join(path.posix.dirname(file), match[1] ?? match[2] ?? match[3] ?? ''))
      .filter((target) => sources.has(target));
  const graph = new Map([...sources].map(([file, source]) => [file, targetsOf(file, source)]));
  const order = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];

  function visit(file: string): number {
    const place = order.size;
    order.set(file, place);
    open.push(file);
    let low = place;
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? place);
    }
    if (low === place) {
      const component = open.splice(open.indexOf(file));
      if (component.length > 1 || graph.get(file)?.includes(file) === true) cycles.push(component.sort());
    }
    return low;
  }

  for (const file of sources.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

test('no file imports itself by way of others, not even a type', () => {
  const sources = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
  expect(importCycles(sources)).toEqual([]);
});

test('a circle of types counts as one of values does', () => {
  const sources = new Map([
    ['src/a/port.ts', "import type { Report } from './service.ts';\nexport interface Port { report(): Report }"],
    ['src/a/service.ts', "export type { Report } from '../b/report.ts';"],
    ['src/b/report.ts', "import {\n  type Port,\n} from '../a/port.ts';\nexport type Report = { of: Port };"],
    ['src/a/user.ts', "import { service } from './service.ts';\nimport './self.ts';"],
    ['src/a/self.ts', "export const again = () => import('./self.ts');"],
  ]);
  const circle = ['src/a/port.ts', 'src/a/service.ts', 'src/b/report.ts'];
  expect(importCycles(sources)).toEqual([circle, ['src/a/self.ts']]);
  sources.set('src/a/port.ts', '');
  expect(importCycles(sources)).toEqual([['src/a/self.ts']]);
});
