// `npm start`: builds the app when its sources are newer than dist/, starts everything on this machine and prints the URL.
// State is kept in .chain/ (chain, relay, keeper); delete that folder to begin anew.
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { toTributaryError } from '../src/lib/errors.ts';
import { DEFAULT_PORTS, isPortFree, type Ports, startStack } from './localStack.ts';
import { build } from './vite.ts';

const root = path.dirname(import.meta.dirname);

function isBuilt(): boolean {
  const built = statSync(path.join(root, 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(
    ['src/**/*', 'workers/**/*', 'public/**/*', 'index.html', 'vite.config.ts', 'package-lock.json'],
    {
      cwd: root,
    },
  );
  return sources.every((file) => statSync(path.join(root, file)).mtimeMs <= built);
}

/** The usual ports, or the next free ones: the browser's data belongs to the app's port, so a change is said. */
async function choosePorts(): Promise<Ports> {
  const chosen = new Set<number>();
  const entries: [string, number][] = [];
  for (const [name, usual] of Object.entries(DEFAULT_PORTS) as [string, number][]) {
    let port = usual;
    while (chosen.has(port) || !(await isPortFree(port))) port += 10;
    if (port !== usual) console.log(`Port ${usual} (${name}) is taken by another program; using ${port}.`);
    chosen.add(port);
    entries.push([name, port]);
  }
  return Object.fromEntries(entries) as unknown as Ports;
}

try {
  if (!isBuilt()) {
    console.log('Building the app ...');
    await build();
  }
  const stack = await startStack({
    directory: path.join(root, '.chain'),
    ports: await choosePorts(),
    report: (line) => console.log(line),
  });
  console.log(
    `\n  Tributary is at ${stack.url}\n\n  Stop with Ctrl+C; chain, pins and adapters are kept in .chain/.\n`,
  );
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stack.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
} catch (error) {
  console.error(`Tributary did not start: ${toTributaryError(error).message}`);
  process.exit(1);
}
