// What each room weighs on the wire before anything in it asks for more: its own chunk, the entry, their texts in English, everything
// that these import statically, and their style sheets, each compressed by gzip. From a build in memory, so the same sources give the
// same numbers.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Rolldown } from 'vite';
import type { Route } from './builtRooms.ts';
import { buildInMemory } from './vite.ts';

const root = path.dirname(import.meta.dirname);

/** Modules of a route's first screen besides the entry and the texts; each may be a chunk of its own or part of another. */
const routes: Readonly<Record<Route, readonly string[]>> = {
  chat: ['src/app/chat/Chat.tsx'],
  contribute: ['src/app/contribute/Contribute.tsx'],
  factory: ['src/app/factory/Factory.tsx'],
  'factory/new': ['src/app/factory/Factory.tsx', 'src/app/factory/NewRun.tsx'],
  models: ['src/app/models/Models.tsx'],
  rewards: ['src/app/rewards/Rewards.tsx'],
  settings: ['src/app/settings/Settings.tsx'],
};

/** The frame waits for its texts, and a room for those of its area (`lazyRoom`). */
const textsOf = (route: string): string[] => ['frame', route.split('/')[0]].map((area) => `src/app/i18n/en/${area}.ts`);

export interface WeighedFile {
  readonly file: string;
  readonly gzipBytes: number;
  /** Packages and folders of `src` in it, by characters before compression, largest first. */
  readonly contents: readonly (readonly [string, number])[];
}

export interface RouteSize {
  readonly route: string;
  readonly gzipBytes: number;
  readonly files: readonly WeighedFile[];
}

/** `viem`, `@solidjs/router`, `src/settlement`: whose code a module is. */
function ownerOf(moduleId: string): string {
  const inPackage = moduleId.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
  if (inPackage !== undefined) return inPackage;
  return path.relative(root, moduleId).split(path.sep).slice(0, 2).join('/');
}

function contentsOf(chunk: Rolldown.OutputChunk): [string, number][] {
  const sizes = new Map<string, number>();
  for (const [id, { renderedLength }] of Object.entries(chunk.modules)) {
    const owner = ownerOf(id);
    sizes.set(owner, (sizes.get(owner) ?? 0) + renderedLength);
  }
  return [...sizes].filter(([, size]) => size > 0).sort(([, one], [, other]) => other - one);
}

export async function bundleSizes(): Promise<RouteSize[]> {
  const { output } = await buildInMemory();
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const assets = new Map(output.flatMap((file) => (file.type === 'asset' ? [[file.fileName, file] as const] : [])));
  const entry = [...chunks.values()].find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error('The build has no entry.');
  const weights = new Map<string, WeighedFile>();

  function weigh(file: string): WeighedFile {
    const known = weights.get(file);
    if (known !== undefined) return known;
    const chunk = chunks.get(file);
    const bytes = chunk?.code ?? assets.get(file)?.source ?? '';
    const weight: WeighedFile = {
      file,
      gzipBytes: gzipSync(bytes, { level: 9 }).length,
      contents: chunk === undefined ? [] : contentsOf(chunk),
    };
    weights.set(file, weight);
    return weight;
  }

  function withImports(start: Rolldown.OutputChunk, found: Set<string>): void {
    if (found.has(start.fileName)) return;
    found.add(start.fileName);
    for (const sheet of start.viteMetadata?.importedCss ?? []) found.add(sheet);
    for (const name of start.imports) {
      const imported = chunks.get(name);
      if (imported !== undefined) withImports(imported, found);
    }
  }

  return Object.entries(routes).map(([route, modules]) => {
    const found = new Set<string>();
    withImports(entry, found);
    for (const module of [...modules, ...textsOf(route)]) {
      const chunk = [...chunks.values()].find(({ moduleIds }) => moduleIds.includes(path.join(root, module)));
      if (chunk === undefined) throw new Error(`${module} of the route ${route} is in no chunk.`);
      withImports(chunk, found);
    }
    const files = [...found].map(weigh).sort((one, other) => other.gzipBytes - one.gzipBytes);
    return { route, gzipBytes: files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0), files };
  });
}
