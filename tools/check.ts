// `npm run check`: what must be clean before a commit: format and lint, types, unused code, imports, paths in docs,
// generated ABIs and error texts, sizes of the rooms. Runs everything, as many at a time as there are cores, and lists what failed.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const program = (name: string): string => path.join(root, 'node_modules', name);

/** The longest first. */
const steps: readonly (readonly [string, readonly string[]])[] = [
  ['sizes of the rooms', [path.join(root, 'tools/budgets.ts'), '--check']],
  ['types', [program('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ['format and lint', [program('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings']],
  ['unused code', [program('knip/bin/knip.js')]],
  ['imports', [program('vitest/vitest.mjs'), 'run', '--project=node', 'test/architecture.test.ts', '--reporter=dot']],
  ['paths in docs', [path.join(root, 'tools/checkDocs.ts')]],
  ['generated ABIs', [path.join(root, 'tools/genAbi.ts'), '--check']],
  ['error texts', [path.join(root, 'tools/genErrorTexts.ts'), '--check']],
];

function run(parameters: readonly string[]): Promise<{ readonly isClean: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
      });
    }
    child.on('close', (code) => resolve({ isClean: code === 0, output }));
  });
}

let failures = 0;
const waiting = [...steps];
async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name, parameters] = step;
    const { isClean, output } = await run(parameters);
    console.log(`${isClean ? 'clean ' : 'FAILED'} ${name}`);
    if (isClean) continue;
    failures += 1;
    console.log(output);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.exit(failures === 0 ? 0 : 1);
