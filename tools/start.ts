// `npm start`: builds the app when its sources are newer than dist/, starts everything on this machine and prints the URL.
// State is stored in .chain/ (chain, relay, keeper); delete that folder to start over.
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_PORTS } from './localStack.ts';
import { runStack } from './runStack.ts';
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

await runStack({
  directory: path.join(root, '.chain'),
  ports: DEFAULT_PORTS,
  note: 'Stop with Ctrl+C; chain, pins and adapters are kept in .chain/.',
  async prepare() {
    if (isBuilt()) return;
    console.log('Building the app ...');
    await build();
  },
});
