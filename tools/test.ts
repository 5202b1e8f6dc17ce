// `npm test`: every runner, and at the end what failed, by name, and one line that sums them: "N passed, N failed". A runner that
// ends badly without naming a failed test counts as one failure, and so does one that ran nothing.
//   npm test                                  everything
//   npm test -- node                          only the named runners: contracts, node, browser, e2e
//   npm test -- src/lib/rpc.test.ts           one file; part of its name does, and finds the runner
//   npm test -- linear -t q4_0                from the first option on, everything is for the runner itself
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createTurns, type Write } from './createTurns.ts';
import { installChromium } from './installChromium.ts';
import { chooseTests, RUNNERS, type Runner } from './testFiles.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What failed, one line each: repeated at the end, where thousands of lines of output hide nothing. */
  readonly failures: readonly string[];
}

/** The part of a report of Vitest that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface Outcome {
  readonly status: number;
  readonly output: string;
}

interface Run {
  readonly files: readonly string[];
  readonly options: readonly string[];
  readonly write: Write;
}

const root = path.dirname(import.meta.dirname);
const reports = path.join(root, '.cache', 'test');

const running = new Set<ChildProcess>();

/** Where a signal can be sent to a whole process group: chains and relays of tests must not outlive the runner that is told to end. */
const hasGroups = process.platform !== 'win32';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of running) {
      if (hasGroups && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    }
    process.exit(1);
  });
}

function execute(parameters: readonly string[], write: Write): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, {
      cwd: root,
      detached: hasGroups,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...process.env },
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data.toString();
        write(data);
      });
    }
    child.on('close', (code) => {
      running.delete(child);
      resolve({ status: code ?? 1, output });
    });
  });
}

function oneFailure(why: string): Count {
  return { passed: 0, failed: 1, failures: [why] };
}

function settle(count: Count, status: number): Count {
  if (count.passed + count.failed === 0) return oneFailure('no test was run');
  if (status === 0 || count.failed > 0) return count;
  const [why = `ended with ${status}, though no test failed`, ...more] = count.failures;
  return { passed: count.passed, failed: 1, failures: [why, ...more] };
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    // A file that could not be imported failed without a test.
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${message.split('\n')[0]}`] : [];
    return failed.map((test) => `${file} > ${test.fullName}: ${test.failureMessages[0]?.split('\n')[0] ?? ''}`);
  });
}

async function vitest(project: Runner, { files, options, write }: Run, ...more: readonly string[]): Promise<Count> {
  const report = path.join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const { status } = await execute(
    [
      path.join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...files,
      `--project=${project}*`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...more,
      ...options,
    ],
    write,
  );
  if (!existsSync(report)) return oneFailure(`ended with ${status} and wrote no report`);
  const result = JSON.parse(readFileSync(report, 'utf8')) as Report;
  if (result.numPendingTests > 0) write(`${result.numPendingTests} tests of ${project} were skipped.\n`);
  return settle({ passed: result.numPassedTests, failed: result.numFailedTests, failures: failuresOf(result) }, status);
}

async function contracts({ files, options, write }: Run): Promise<Count> {
  const paths = files.map((file) => file.slice('contracts/'.length));
  const only = paths.length === 0 ? [] : ['--match-path', paths.length === 1 ? String(paths[0]) : `{${paths}}`];
  const { status, output } = await execute(
    [path.join(root, 'tools/forge.mjs'), 'test', '--root', 'contracts', '--color', 'never', ...only, ...options],
    write,
  );
  const summaries = [...output.matchAll(/(\d+) tests? passed, (\d+) failed, \d+ skipped \(\d+ total tests?\)/g)];
  const summary = summaries.at(-1);
  const failures = [...new Set(output.match(/^\[FAIL.*$/gm))];
  return settle({ passed: Number(summary?.[1] ?? 0), failed: Number(summary?.[2] ?? 0), failures }, status);
}

async function endToEnd(run: Run): Promise<Count> {
  const { status } = await execute(
    ['--import', path.join(root, 'tools/rawImports.mjs'), path.join(root, 'tools/build.ts')],
    run.write,
  );
  return status === 0 ? vitest('e2e', run) : oneFailure('the page could not be built');
}

const runners: Readonly<Record<Runner, (run: Run) => Promise<Count>>> = {
  contracts,
  // A file is a process of its own, and most of them use one core: as many at a time as there are cores.
  node: (run) => vitest('node', run, `--maxWorkers=${availableParallelism()}`),
  browser: (run) => vitest('browser', run),
  e2e: endToEnd,
};

/**
 * Runners of a lane follow each other, and the lanes run at the same time. Whole journeys and the compiler of the contracts, which has
 * one thread, leave a core idle as often as not; no lane waits for another, or the last slow test of each would leave the cores idle.
 */
const lanes: readonly (readonly Runner[])[] = [
  ['node', 'browser'],
  ['contracts', 'e2e'],
];

const { chosen, options, unknown } = chooseTests(process.argv.slice(2));
if (unknown.length > 0) {
  console.error(
    `There is no runner and no test file whose name contains "${unknown.join('", "')}". Runners: ${RUNNERS.join(', ')}.`,
  );
  process.exit(1);
}
mkdirSync(reports, { recursive: true });
if (!(chosen.size === 1 && chosen.has('contracts'))) installChromium();

const started = Date.now();
const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
const counts: Count[] = [];
const failures: string[] = [];
const turns = createTurns((text) => process.stdout.write(text));

async function run(name: Runner, files: readonly string[]): Promise<void> {
  const since = Date.now();
  const turn = turns.begin();
  turn.write(`\n== ${name}\n`);
  const count = await runners[name]({ files, options, write: turn.write }).catch((error: Error) => {
    turn.write(`${error.stack}\n`);
    return oneFailure(error.message);
  });
  counts.push(count);
  failures.push(...count.failures.map((failure) => `${name}: ${failure}`));
  turn.write(`== ${name}: ${count.passed} passed, ${count.failed} failed in ${seconds(since)} s\n`);
  turn.end();
}

await Promise.all(
  lanes.map(async (lane) => {
    for (const name of lane) {
      const files = chosen.get(name);
      if (files !== undefined) await run(name, files);
    }
  }),
);
const passed = counts.reduce((total, count) => total + count.passed, 0);
const failed = counts.reduce((total, count) => total + count.failed, 0);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}\n`).join('')}`);
console.log(`\nAll in ${seconds(started)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
