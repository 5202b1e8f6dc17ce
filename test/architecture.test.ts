// Who may import whom: domains do not import each other, workflows join them without a page, the app shows them,
// programs run them. Each rule is a function of source texts, so that tests can plant a violation and see it found.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.dirname(import.meta.dirname);

const domains = [
  'src/engine',
  'src/attribution',
  'src/datanet',
  'src/settlement',
  'src/peers',
  'src/store',
  'src/models',
];

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
  'src/workflows': ['src/lib', ...domains],
  'src/app': ['src/lib', ...domains, 'src/workflows', 'workers'],
  workers: ['src/lib', ...domains],
  nodes: ['src/lib', 'src/engine', 'src/attribution', 'src/datanet', 'src/peers', 'src/settlement', 'src/workflows'],
  // No store: programs outside a browser have no IndexedDB.
  tools: [
    'src/lib',
    'src/engine',
    'src/attribution',
    'src/datanet',
    'src/peers',
    'src/settlement',
    'src/models',
    'src/workflows',
    'nodes',
  ],
  bench: ['src/lib', 'src/engine', 'src/attribution', 'src/settlement', 'tools'],
};

/** What imports a domain's inner files past its index.ts, and why. */
const innerImports: readonly { readonly file: RegExp; readonly folder: string; readonly why: string }[] = [
  { file: /^bench\/attribution\.ts$/, folder: 'src/attribution', why: 'times each step of an attribution by itself' },
  {
    file: /^bench\/engine\//,
    folder: 'src/engine',
    why: "writes the engine's weights in the formats of other programs",
  },
  {
    file: /^tools\/(buildIndexes|attribution\/)/,
    folder: 'src/attribution',
    why: 'scores an index that it just built',
  },
  {
    file: /^tools\/(attribution\/|evaluateAdapter|openSeedling|trainSampleAdapters)/,
    folder: 'src/engine',
    why: 'runs a model without the service, on a backend that it names',
  },
  {
    file: /^src\/app\/state\/settlement\.ts$/,
    folder: 'src/settlement',
    why: 'listens for wallets in rooms that load nothing else of settlement, and an index is one part for the bundler',
  },
  {
    file: /^tools\/devnet\.ts$/,
    folder: 'src/settlement',
    why: 'deploys the contracts, whose bytecode the app never needs',
  },
  {
    file: /^tools\/errorSites\.ts$/,
    folder: 'src/settlement',
    why: 'reads the table of what the contracts revert with',
  },
  {
    file: /^tools\/genErrorTexts\.ts$/,
    folder: 'src/app',
    why: 'writes the English dictionary of errors from the places that throw',
  },
];

/** Packages that may be imported only from these folders. */
const onlyIn: readonly { readonly package: RegExp; readonly folders: readonly string[] }[] = [
  { package: /^viem(\/|$)/, folders: ['src/settlement', 'nodes', 'tools', 'bench'] },
  {
    package: /^(helia|libp2p|@helia\/|@libp2p\/|blockstore-|datastore-)/,
    folders: ['src/peers', 'nodes'],
  },
  { package: /^dexie$/, folders: ['src/store'] },
  { package: /^(solid-js|@solidjs\/|@kobalte\/)/, folders: ['src/app', 'src/main.tsx'] },
  { package: /^webgpu$/, folders: ['src/engine/webgpu'] },
  { package: /^node:/, folders: ['nodes', 'tools', 'bench', 'src/engine/webgpu', 'src/peers/node'] },
];

/**
 * What those folders of the app that are not rooms may import of it. The shell may import all; rooms may import all
 * but each other.
 */
const appParts: Record<string, readonly string[]> = {
  i18n: [],
  /** The design system: it has no access to state. */
  ui: ['i18n'],
  state: ['i18n'],
  /** Components bound to state that several rooms show. */
  wallet: ['state', 'ui', 'i18n'],
  shell: ['state', 'ui', 'i18n', 'wallet', 'rooms'],
};
const roomParts = ['state', 'ui', 'i18n', 'wallet'];

/** Everywhere else, a domain is imported only through these files. */
const entryPoints = /\/(index|node)\.ts$/;
/** Tests, and files that only tests import. */
const isTest = (file: string): boolean => /\.(browser\.)?test\.tsx?$|\/testing\//.test(file);

interface SourceFile {
  readonly path: string;
  readonly source: string;
}

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Path of the imported file, for a relative specifier. */
  readonly target: string | undefined;
  /** A type import, erased at compile time. */
  readonly isType: boolean;
}

function importsOf({ path: file, source }: SourceFile): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s([^;'"]*?)from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url\s*\)/g;
  return [...source.matchAll(pattern)].map(([, clause, ...specifiers]) => {
    const specifier = specifiers.find((each) => each !== undefined) ?? '';
    const relative = specifier.startsWith('.');
    return {
      file,
      specifier,
      target: relative ? path.posix.join(path.posix.dirname(file), specifier.replace(/\?.*$/, '')) : undefined,
      isType: /^type\b/.test(clause ?? ''),
    };
  });
}

function areaOf(file: string): string | undefined {
  return Object.keys(mayImport).find((folder) => file.startsWith(`${folder}/`));
}

/** `chat` of `src/app/chat/Chat.tsx`. */
const appFolder = (file: string): string | undefined => /^src\/app\/([^/]+)\//.exec(file)?.[1];
const isRoom = (folder: string): boolean => !(folder in appParts);

/** Each rule returns its violations, one line each. */
type Rule = (sources: readonly SourceFile[]) => string[];

/** Imports that `mayImport` does not allow, and imports into a domain past its index.ts. */
const againstTable: Rule = (sources) =>
  sources.flatMap(importsOf).flatMap(({ file, target }) => {
    if (target === undefined) return [];
    const [from, to] = [areaOf(file), areaOf(target)];
    if (from === undefined || to === undefined || to === from) return [];
    if (innerImports.some((each) => each.file.test(file) && each.folder === to)) return [];
    if (!(mayImport[from] ?? []).includes(to)) return [`${file} imports ${target}: ${from} may not import ${to}`];
    if (!domains.includes(to) || entryPoints.test(target) || isTest(file)) return [];
    return [`${file} imports ${target}: use ${to}/index.ts`];
  });

const packagesOutOfPlace: Rule = (sources) =>
  sources
    .flatMap(importsOf)
    .flatMap(({ file, specifier }) =>
      onlyIn
        .filter(
          (rule) =>
            rule.package.test(specifier) && !isTest(file) && !rule.folders.some((folder) => file.startsWith(folder)),
        )
        .map((rule) => `${file} imports ${specifier}: only ${rule.folders.join(', ')} may`),
    );

/** Like domains, rooms do not import each other; what they share is state or a shared component. */
const roomsNotApart: Rule = (sources) =>
  sources.flatMap(importsOf).flatMap(({ file, target = '' }) => {
    const [from, to] = [appFolder(file), appFolder(target)];
    if (from === undefined || to === undefined || from === to) return [];
    const allowed = appParts[from] ?? roomParts;
    if (allowed.includes(to) || (isRoom(to) && allowed.includes('rooms'))) return [];
    return [`${file} imports ${target}: ${from} may not import ${to}`];
  });

/**
 * Components import only types of a domain; its functions are called by state, or by a room's own state: a file
 * without components.
 */
const domainsOnScreen: Rule = (sources) =>
  sources.flatMap(importsOf).flatMap(({ file, target = '', isType }) => {
    const folder = appFolder(file);
    if (folder === undefined || folder === 'state' || isType || isTest(file)) return [];
    if (isRoom(folder) && !file.endsWith('.tsx')) return [];
    const to = areaOf(target) ?? '';
    return domains.includes(to) ? [`${file} imports ${target}: only types of ${to}`] : [];
  });

/** A workflow runs without a page: in a worker, a node, a test. */
const pageInWorkflows: Rule = (sources) =>
  sources
    .filter(({ path: file }) => file.startsWith('src/workflows/') && !isTest(file))
    .flatMap((file) => {
      const values = importsOf(file)
        .filter(({ target = '', isType }) => target.startsWith('src/store/') && !isType)
        .map(({ target }) => `${file.path} imports ${target}: only types of src/store`);
      const code = file.source
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
        .replace(/\/\/.*$/gm, '');
      const globals =
        /(?<![\w$.])(?:globalThis\.)?(window|document|navigator|location|localStorage|sessionStorage|indexedDB|requestAnimationFrame|matchMedia)\b(?!\s*\??:)/g;
      const used = new Set([...code.matchAll(globals)].map(([, name]) => name));
      return [...values, ...[...used].map((name) => `${file.path} uses ${name}: hand it in`)];
    });

const files = globSync('{src,workers,nodes,tools,bench}/**/*.{ts,tsx}', { cwd: root }).map((file) =>
  file.split(path.sep).join('/'),
);
const sources = files.map((file) => ({ path: file, source: readFileSync(path.join(root, file), 'utf8') }));

test('there is something to check', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(100);
});

test('no folder imports against the table', () => {
  expect(againstTable(sources)).toEqual([]);
});

test('docs/architecture.md shows the same table', () => {
  const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, folder = '', cells = '']) => [
    folder,
    cells
      .replace(/ \(.*?\)/, '')
      .replaceAll('every domain', domains.map((domain) => `\`${domain}\``).join(', '))
      .split(', ')
      .map((cell) => cell.replaceAll('`', ''))
      .filter((cell) => cell !== 'nothing')
      .toSorted(),
  ]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(mayImport).map(([folder, list]) => [folder, list.toSorted()])),
  );
});

test('a package is imported only where it belongs', () => {
  expect(packagesOutOfPlace(sources)).toEqual([]);
});

test('no room imports another, and no state imports a room', () => {
  expect(roomsNotApart(sources)).toEqual([]);
});

test('screens import domains by types only', () => {
  expect(domainsOnScreen(sources)).toEqual([]);
});

test('workflows know no page and no tables', () => {
  expect(pageInWorkflows(sources)).toEqual([]);
});

test('every exception is used', () => {
  const used = sources.flatMap(importsOf);
  const idle = innerImports.filter(
    ({ file, folder }) =>
      !used.some(
        ({ file: from, target = '' }) =>
          file.test(from) && target.startsWith(`${folder}/`) && !entryPoints.test(target),
      ),
  );
  expect(idle).toEqual([]);
});

describe('a planted violation is found', () => {
  const planted = (file: string, source: string): SourceFile[] => [{ path: file, source }];

  test.each<readonly [string, Rule, string, string, boolean]>([
    [
      'a domain that imports another',
      againstTable,
      'src/datanet/a.ts',
      "import type { Hex } from '../settlement/index.ts';",
      true,
    ],
    [
      'a workflow that imports a room',
      againstTable,
      'src/workflows/rows/a.ts',
      "import { t } from '../../app/i18n/t.ts';",
      true,
    ],
    [
      'a workflow past an index',
      againstTable,
      'src/workflows/rows/a.ts',
      "import { rowHash } from '../../datanet/rowHash.ts';",
      true,
    ],
    [
      'a workflow by an index',
      againstTable,
      'src/workflows/rows/a.ts',
      "import { rowHash } from '../../datanet/index.ts';",
      false,
    ],
    [
      'a tool that imports the store',
      againstTable,
      'tools/a.ts',
      "import { database } from '../src/store/index.ts';",
      true,
    ],
    ['a tool past an index', againstTable, 'tools/a.ts', "import { train } from '../src/engine/train/train.ts';", true],
    [
      'a bench that imports a node',
      againstTable,
      'bench/a.ts',
      "import { startRelay } from '../nodes/relay/startRelay.ts';",
      true,
    ],
    [
      'a node that imports a tool',
      againstTable,
      'nodes/a/main.ts',
      "export { devnet } from '../../src/models/index.ts';",
      true,
    ],
    [
      'Solid in a workflow',
      packagesOutOfPlace,
      'src/workflows/rows/a.ts',
      "import { createSignal } from 'solid-js';",
      true,
    ],
    ['Dexie in a workflow', packagesOutOfPlace, 'src/workflows/rows/a.ts', "import Dexie from 'dexie';", true],
    ['Solid in state', packagesOutOfPlace, 'src/app/state/a.ts', "import { createSignal } from 'solid-js';", false],
    [
      'viem in a workflow, when it is first needed',
      packagesOutOfPlace,
      'src/workflows/rows/a.ts',
      "const { toHex } = await import('viem');",
      true,
    ],
    [
      'a room that imports a room',
      roomsNotApart,
      'src/app/chat/A.tsx',
      "import { needText } from '../models/runtimeFacts.ts';",
      true,
    ],
    [
      'a room that imports a type of a room',
      roomsNotApart,
      'src/app/chat/a.ts',
      "import type { Draft } from '../factory/runDraft.ts';",
      true,
    ],
    [
      'a room that imports the frame',
      roomsNotApart,
      'src/app/chat/A.tsx',
      "import { rooms } from '../shell/rooms.ts';",
      true,
    ],
    [
      'state that imports a room',
      roomsNotApart,
      'src/app/state/a.ts',
      "import { choice } from '../chat/choice.ts';",
      true,
    ],
    [
      'a part of state that imports a room',
      roomsNotApart,
      'src/app/state/models/a.ts',
      "import { choice } from '../../chat/choice.ts';",
      true,
    ],
    [
      "the models' state",
      roomsNotApart,
      'src/app/models/A.tsx',
      "import { library } from '../state/models/library.ts';",
      false,
    ],
    [
      'the design system that imports state',
      roomsNotApart,
      'src/app/ui/A.tsx',
      "import { config } from '../state/config.ts';",
      true,
    ],
    [
      'a shared part that imports a room',
      roomsNotApart,
      'src/app/wallet/A.tsx',
      "import { Fee } from '../chat/Fee.tsx';",
      true,
    ],
    [
      'the frame that imports a room',
      roomsNotApart,
      'src/app/shell/App.tsx',
      "const room = await import('../chat/Chat.tsx');",
      false,
    ],
    [
      'a screen that imports a value',
      domainsOnScreen,
      'src/app/chat/A.tsx',
      "import { database } from '../../store/index.ts';",
      true,
    ],
    [
      'a screen that imports a value beside types',
      domainsOnScreen,
      'src/app/chat/A.tsx',
      "import {\n  type MessageRecord,\n  database,\n} from '../../store/index.ts';",
      true,
    ],
    [
      'a screen that imports a value when it needs it',
      domainsOnScreen,
      'src/app/chat/A.tsx',
      "const { splitFee } = await import('../../settlement/index.ts');",
      true,
    ],
    [
      'a screen that imports a type',
      domainsOnScreen,
      'src/app/chat/A.tsx',
      "import type { MessageRecord } from '../../store/index.ts';",
      false,
    ],
    [
      'a shared part that imports a value',
      domainsOnScreen,
      'src/app/wallet/a.ts',
      "import { database } from '../../store/index.ts';",
      true,
    ],
    [
      "a room's state that imports a value",
      domainsOnScreen,
      'src/app/chat/chats.ts',
      "import { database } from '../../store/index.ts';",
      false,
    ],
    [
      'state that imports a value',
      domainsOnScreen,
      'src/app/state/a.ts',
      "import { database } from '../../store/index.ts';",
      false,
    ],
    [
      "the store's values in a workflow",
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "import { database } from '../../store/index.ts';",
      true,
    ],
    [
      "the store's values in a workflow, passed on",
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "export { database } from '../../store/index.ts';",
      true,
    ],
    [
      "the store's types in a workflow",
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "import type { RunRecord } from '../../store/index.ts';",
      false,
    ],
    [
      'the page in a workflow',
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      'if (document.hidden) setTimeout(update, 250);',
      true,
    ],
    [
      'the browser in a workflow',
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "await navigator.locks.request('vouchers', pay);",
      true,
    ],
    [
      'the window in a workflow',
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "globalThis.window?.addEventListener('online', send);",
      true,
    ],
    [
      'a window of time in a workflow',
      pageInWorkflows,
      'src/workflows/rows/a.ts',
      "// The window closes.\nconst phase = { kind: 'window', window: 3 };\nuse(phase.window);",
      false,
    ],
  ])('%s', (_, rule, file, source, wrong) => {
    expect(rule(planted(file, source))).toHaveLength(wrong ? 1 : 0);
  });
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
 * Groups of files whose imports form a cycle, `import type` included: the strongly connected components of the import
 * graph that have more than one file, or one that imports itself (Tarjan 1972). `sources`: text by path, specifiers
 * relative.
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
