// `npm run check`: what must be clean before a commit: format and lint, types, unused code, imports, paths in docs,
// generated ABIs and error texts, sizes of the rooms. Runs everything and lists what failed.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const program = (name: string): string => path.join(root, 'node_modules', name);

const steps: readonly (readonly [string, readonly string[]])[] = [
  ['format and lint', [program('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings']],
  ['types', [program('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ['unused code', [program('knip/bin/knip.js')]],
  ['imports', [program('vitest/vitest.mjs'), 'run', '--project=node', 'test/architecture.test.ts', '--reporter=dot']],
  ['paths in docs', [path.join(root, 'tools/checkDocs.ts')]],
  ['error texts', [path.join(root, 'tools/genErrorTexts.ts'), '--check']],
  ['generated ABIs', [path.join(root, 'tools/genAbi.ts'), '--check']],
  ['sizes of the rooms', [path.join(root, 'tools/budgets.ts'), '--check']],
];

const failed: string[] = [];
for (const [name, parameters] of steps) {
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: root, encoding: 'utf8' });
  console.log(`${status === 0 ? 'clean ' : 'FAILED'} ${name}`);
  if (status !== 0) {
    failed.push(name);
    console.log(stdout, stderr);
  }
}
process.exit(failed.length === 0 ? 0 : 1);
