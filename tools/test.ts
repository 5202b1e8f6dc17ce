// `npm test`: every runner, one after the other, and one line that sums them: "N passed, N failed". A runner that ends
// badly without naming a failed test counts as one failure, and so does one that ran nothing.
//   npm test             everything
//   npm test -- node     only the named runners: node, browser, contracts, e2e
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { installChromium } from './installChromium.ts';
import { build } from './vite.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Outcome {
  readonly status: number;
  readonly output: string;
}

const root = path.dirname(import.meta.dirname);
const reports = path.join(root, '.cache', 'test');

function execute(command: string, parameters: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      process.stdout.write(data);
    });
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}

function settle(count: Count, status: number): Count {
  if (count.passed + count.failed === 0) return { passed: 0, failed: 1 };
  return status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

async function vitest(project: string): Promise<Count> {
  const report = path.join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const { status } = await execute(process.execPath, [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    `--project=${project}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<
    string,
    number
  >;
  if ((numPendingTests ?? 0) > 0) console.log(`${numPendingTests} tests of ${project} were skipped.`);
  return settle({ passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 }, status);
}

async function contracts(): Promise<Count> {
  const { status, output } = await execute(process.execPath, [
    path.join(root, 'tools/forge.mjs'),
    'test',
    '--root',
    'contracts',
    '--color',
    'never',
  ]);
  const summary = output.match(/(\d+) tests? passed, (\d+) failed, \d+ skipped \(\d+ total tests?\)/);
  return settle({ passed: Number(summary?.[1] ?? 0), failed: Number(summary?.[2] ?? 0) }, status);
}

async function endToEnd(): Promise<Count> {
  await build();
  return vitest('e2e');
}

const runners: Record<string, () => Promise<Count>> = {
  contracts,
  node: () => vitest('node'),
  browser: () => vitest('browser'),
  e2e: endToEnd,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => runners[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no runner "${unknown.join('", "')}"; the runners are ${Object.keys(runners).join(', ')}.`);
  process.exit(1);
}
mkdirSync(reports, { recursive: true });
installChromium();
const counts: Count[] = [];
for (const [name, run] of Object.entries(runners)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = Date.now();
  console.log(`\n== ${name}`);
  const count = await run();
  counts.push(count);
  console.log(
    `== ${name}: ${count.passed} passed, ${count.failed} failed in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
const passed = counts.reduce((total, count) => total + count.passed, 0);
const failed = counts.reduce((total, count) => total + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
