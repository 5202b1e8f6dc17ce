// Mutation testing of the domains: a seeded sample of small faults, each in a copy of the repository, against the tests that
// reach its file, nearest first. Figures go to `bench/results/mutation.json`; survivors are listed with file and line.
// Takes minutes; not part of `npm test`.
//
//   node tools/run.mjs tools/mutate.ts src/settlement src/store --sample 40 --seed 7
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/engine/index.ts';
import { createTestFinder } from './mutation/createTestFinder.ts';
import { applyMutant, listMutants, type Mutant } from './mutation/listMutants.ts';

const root = path.dirname(import.meta.dirname);
/** A copy in which faults can be planted; the working tree is never touched. */
const copy = mkdtempSync(path.join(tmpdir(), 'tributary-mutation-'));
const resultFile = path.join(root, 'bench', 'results', 'mutation.json');

/** A fault that makes a test wait for ever is found by then; no sound file of tests takes a third of it. */
const PATIENCE_MS = 180_000;

interface Placed extends Mutant {
  readonly file: string;
}

interface FolderResult {
  readonly mutants: number;
  readonly tried: number;
  readonly survived: number;
  readonly seed: number;
  readonly survivors: readonly string[];
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
});
if (positionals.length === 0) {
  console.error('Usage: node tools/run.mjs tools/mutate.ts <folder or file>... [--sample n] [--seed n]');
  process.exit(2);
}

function sourcesOf(part: string): string[] {
  if (part.endsWith('.ts')) return [part];
  return globSync(`${part}/**/*.ts`, { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !/\.test\.ts$|\/testing\/|\/abi\//.test(file))
    .sort();
}

/** The first `count` after a shuffle that the seed decides. */
function sample<Value>(values: readonly Value[], count: number, seed: number): Value[] {
  const random = seededRandom(seed);
  const shuffled = [...values];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as Value, shuffled[last] as Value];
  }
  return shuffled.slice(0, count);
}

const NOT_COPIED = new Set(['.git', '.cache', '.chain', '.relay', 'node_modules', 'dist']);

function fillCopy(): void {
  for (const name of readdirSync(root))
    if (!NOT_COPIED.has(name)) cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
}

/** Whether the tests pass. A run that does not end in time has found the fault. */
function passes(project: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        path.join(copy, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--project',
        project,
        '--bail',
        '1',
        '--reporter',
        'dot',
        ...tests,
      ],
      { cwd: copy, stdio: 'ignore', detached: process.platform !== 'win32', env: { ...process.env, CI: 'true' } },
    );
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    }, PATIENCE_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

const testsOf = createTestFinder(root);

async function survives({ file, ...mutant }: Placed): Promise<boolean> {
  const target = path.join(copy, file);
  const source = readFileSync(target, 'utf8');
  writeFileSync(target, applyMutant(source, mutant));
  try {
    for (const { project, tests } of testsOf(file)) if (!(await passes(project, tests))) return false;
    return true;
  } finally {
    writeFileSync(target, source);
  }
}

const results: Record<string, FolderResult> = existsSync(resultFile)
  ? JSON.parse(readFileSync(resultFile, 'utf8'))
  : {};
const seed = Number(values.seed);
fillCopy();
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
for (const folder of positionals) {
  const all = sourcesOf(folder).flatMap((file): Placed[] =>
    listMutants(file, readFileSync(path.join(root, file), 'utf8')).map((mutant) => ({ ...mutant, file })),
  );
  const tried = sample(all, Number(values.sample), seed);
  const survivors: string[] = [];
  for (const mutant of tried) {
    const source = readFileSync(path.join(root, mutant.file), 'utf8').slice(mutant.start, mutant.end);
    const name = `${mutant.file}:${mutant.line} ${mutant.fault}: ${source.replace(/\s+/g, ' ').slice(0, 60)}`;
    const survived = await survives(mutant);
    if (survived) survivors.push(`${name} -> ${mutant.replacement.replace(/\s+/g, ' ').slice(0, 40)}`);
    console.log(`${survived ? 'SURVIVED' : 'killed  '} ${name}`);
  }
  console.log(`${folder}: ${survivors.length} of ${tried.length} survived (of ${all.length} possible faults)`);
  results[folder] = { mutants: all.length, tried: tried.length, survived: survivors.length, seed, survivors };
  if (!folder.endsWith('.ts')) writeFileSync(resultFile, `${JSON.stringify(results, null, 2)}\n`);
}
