// Runs a TypeScript program of this project on the Node that package.json pins (the launcher may be an older one), with
// `*.wgsl?raw` imports resolved as Vite does. Written for Node 20 and without dependencies: it starts everything else.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const node = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const [program, ...rest] = process.argv.slice(2);
const child = spawn(
  node,
  [
    '--disable-warning=ExperimentalWarning',
    '--import',
    path.join(root, 'tools', 'rawImports.mjs'),
    path.join(root, program),
    ...rest,
  ],
  { stdio: 'inherit', cwd: root },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
