// `npm run test:watch`: runs tests again whenever a file changes that they import.
//   npm run test:watch                 those of Node that what is not committed yet may break
//   npm run test:watch -- browser      the same of the browser
//   npm run test:watch -- rpc          the files whose name contains it
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installChromium } from './installChromium.ts';
import { chooseTests, RUNNERS } from './testFiles.ts';

const root = path.dirname(import.meta.dirname);
const { chosen, options, unknown } = chooseTests(process.argv.slice(2));
if (unknown.length > 0) {
  console.error(`There is no test file whose name contains "${unknown.join('", "')}".`);
  process.exit(1);
}
const watched = [...chosen].filter(([name]) => name === 'node' || name === 'browser');
const isAll = RUNNERS.every((runner) => chosen.get(runner)?.length === 0);
const projects = isAll ? watched.slice(0, 1) : watched;
const files = projects.flatMap(([, each]) => each);
if (projects.length === 0) {
  console.error('Only tests of Node and of the browser can be watched; run the others by `npm test -- <name>`.');
  process.exit(1);
}
installChromium();
const child = spawn(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'watch',
    ...(files.length === 0 ? ['--changed'] : files),
    ...projects.map(([name]) => `--project=${name}*`),
    ...options,
  ],
  { cwd: root, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('close', (code) => process.exit(code ?? 1));
