// Mutation testing of the domains: a seeded sample of small faults, each in a copy of the repository, against the tests that
// reach its file, nearest first. These tests must pass without a fault, or nothing is tried: tests that fail anyway "find"
// everything. Figures go to `bench/results/mutation.json`; survivors are listed with file and line. Takes minutes; not part of
// `npm test`. `--near` asks only the nearest tests: a quick look, whose figures are not kept.
//
//   node tools/run.mjs tools/mutate.ts src/settlement src/store --sample 40 --seed 7
//   node tools/run.mjs tools/mutate.ts src/settlement/splitFee.ts --near
import { type ChildProcess, spawn } from 'node:child_process';
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
import { writeResult } from './writeResult.ts';

const root = path.dirname(import.meta.dirname);
/** A copy in which faults can be planted; the working tree is never touched. */
const copy = mkdtempSync(path.join(tmpdir(), 'tributary-mutation-'));
const resultFile = path.join(root, 'bench', 'results', 'mutation.json');

/** Sound tests that take longer than this are stuck. */
const BASELINE_PATIENCE_MS = 600_000;
/** A fault that makes tests wait for ever is found by then: five times what they take without it, on a machine that may be busy. */
const patience = (baselineMs: number): number => 5 * baselineMs + 20_000;

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
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    near: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0) {
  console.error('Usage: node tools/run.mjs tools/mutate.ts <folder or file>... [--sample n] [--seed n] [--near]');
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

interface Run {
  readonly result: 'passed' | 'failed' | 'stuck';
  readonly milliseconds: number;
  /** What the runner printed. */
  readonly output: string;
}

let running: ChildProcess | undefined;
/** Ends the runner with its workers and browsers. */
function endRunner(): void {
  if (running?.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? running.pid : -running.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** Runs these tests in the copy, all in one process. */
function runTests(tests: readonly string[], patienceMs: number): Promise<Run> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, [path.join(copy, 'tools', 'mutation', 'runTests.ts'), ...tests], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      env: { ...process.env, CI: 'true', NO_COLOR: '1' },
    });
    running = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
    let stuck = false;
    const timer = setTimeout(() => {
      stuck = true;
      endRunner();
    }, patienceMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      running = undefined;
      const result = stuck ? 'stuck' : code === 0 ? 'passed' : 'failed';
      resolve({ result, milliseconds: performance.now() - start, output });
    });
  });
}

const findTests = createTestFinder(root);

/**
 * The tests of a module in the order in which they are asked: the nearest ring, which finds most faults, then those of Node in
 * all others. Journeys through a room in a browser take minutes and say little about a module far below it.
 */
function stepsOf(file: string): string[][] {
  const [nearest = [], ...rest] = findTests(file);
  const far = values.near ? [] : rest.flat().filter(({ project }) => project === 'node');
  return [nearest, far].map((tests) => tests.map((test) => test.file)).filter((tests) => tests.length > 0);
}

const patiences = new Map<string, number>();
/** How long these tests may take with a fault. Ends the program when they fail without one. */
async function patienceOf(tests: readonly string[]): Promise<number> {
  const key = tests.join(' ');
  const known = patiences.get(key);
  if (known !== undefined) return known;
  const { result, milliseconds, output } = await runTests(tests, BASELINE_PATIENCE_MS);
  if (result !== 'passed') {
    console.error(`${output}\nWithout any fault these tests ${result === 'stuck' ? 'do not end' : 'fail'}: ${key}`);
    console.error('Mend them first: tests that fail anyway find every fault.');
    process.exit(1);
  }
  patiences.set(key, patience(milliseconds));
  return patience(milliseconds);
}

async function judge({ file, ...mutant }: Placed): Promise<'SURVIVED' | 'killed' | 'stuck'> {
  const target = path.join(copy, file);
  const source = readFileSync(target, 'utf8');
  for (const tests of stepsOf(file)) {
    const patienceMs = await patienceOf(tests);
    writeFileSync(target, applyMutant(source, mutant));
    const { result } = await runTests(tests, patienceMs);
    writeFileSync(target, source);
    if (result !== 'passed') return result === 'failed' ? 'killed' : 'stuck';
  }
  return 'SURVIVED';
}

/** Adds to what is there now: another run may have written meanwhile. */
function keepResult(folder: string, result: FolderResult): void {
  const results: Record<string, FolderResult> = existsSync(resultFile)
    ? JSON.parse(readFileSync(resultFile, 'utf8'))
    : {};
  writeResult(resultFile, { ...results, [folder]: result });
}

const seed = Number(values.seed);
process.on('exit', () => {
  endRunner();
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
fillCopy();

const folders = positionals.map((folder) => {
  const all = sourcesOf(folder).flatMap((file): Placed[] =>
    listMutants(file, readFileSync(path.join(root, file), 'utf8')).map((mutant) => ({ ...mutant, file })),
  );
  return { folder, mutants: all.length, tried: sample(all, Number(values.sample), seed) };
});
// Before any fault; the tests that only survivors of these come to are asked when one does.
for (const { file } of folders.flatMap(({ tried }) => tried))
  for (const tests of stepsOf(file).slice(0, 1)) await patienceOf(tests);
console.log(`The nearest tests pass without a fault: ${patiences.size} sets.`);

for (const { folder, mutants, tried } of folders) {
  const survivors: string[] = [];
  for (const mutant of tried) {
    // From the copy: the working tree may have changed meanwhile.
    const source = readFileSync(path.join(copy, mutant.file), 'utf8').slice(mutant.start, mutant.end);
    const name = `${mutant.file}:${mutant.line} ${mutant.fault}: ${source.replace(/\s+/g, ' ').slice(0, 60)}`;
    const verdict = await judge(mutant);
    const replacement = mutant.replacement.replace(/\s+/g, ' ').slice(0, 40);
    if (verdict === 'SURVIVED') survivors.push(`${name} -> ${replacement}`);
    console.log(`${verdict.padEnd(8)} ${name} -> ${replacement}`);
  }
  console.log(`${folder}: ${survivors.length} of ${tried.length} survived (of ${mutants} possible faults)`);
  if (!folder.endsWith('.ts') && !values.near)
    keepResult(folder, { mutants, tried: tried.length, survived: survivors.length, seed, survivors });
}
