// `npm run lighthouse`: Lighthouse's mobile test of each room of the built app, three times, in the Chromium that the tests use.
//   npm run lighthouse                    all rooms: some minutes on a machine that does nothing else
//   npm run lighthouse -- chat rewards    some
// Prints the medians, writes them to bench/results/lighthouse.json, and fails where one is outside its limit.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { type Route, routes, withBuiltRooms } from './builtRooms.ts';
import { chromiumArguments, chromiumPath } from './chromium.ts';
import { freePort } from './localStack.ts';
import { writeResult } from './writeResult.ts';

const root = path.dirname(import.meta.dirname);
const results = path.join(root, 'bench', 'results', 'lighthouse.json');
const RUNS = 3;
const MAX_SHIFT = 0.05;
const minPerformance: Partial<Record<Route, number>> = { chat: 90, rewards: 90 };

/** What is read of Lighthouse's result. */
interface LighthouseResult {
  readonly runtimeError?: { readonly message: string };
  readonly categories: { readonly performance: { readonly score: number | null } };
  readonly audits: Readonly<Record<string, { readonly numericValue?: number }>>;
}
type Lighthouse = (
  url: string,
  flags: { readonly port: number; readonly onlyCategories: readonly string[]; readonly logLevel: string },
) => Promise<{ readonly lhr: LighthouseResult } | undefined>;

/** Installs what tools/lighthouse/package-lock.json names, hashes checked, unless it is there: more packages than all of our own tools. */
async function loadLighthouse(): Promise<Lighthouse> {
  const source = path.join(import.meta.dirname, 'lighthouse');
  const home = path.join(root, '.cache', 'lighthouse');
  const lock = (folder: string): string => path.join(folder, 'package-lock.json');
  const isInstalled =
    existsSync(path.join(home, 'node_modules', '.package-lock.json')) &&
    existsSync(lock(home)) &&
    readFileSync(lock(home), 'utf8') === readFileSync(lock(source), 'utf8');
  if (!isInstalled) {
    mkdirSync(home, { recursive: true });
    for (const name of ['package.json', 'package-lock.json'])
      copyFileSync(path.join(source, name), path.join(home, name));
    const isWindows = process.platform === 'win32';
    const { status } = spawnSync(
      isWindows ? 'npm.cmd' : 'npm',
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: home, stdio: 'inherit', shell: isWindows },
    );
    if (status !== 0) throw new Error('Lighthouse could not be installed; see the lines above.');
  }
  const entry = path.join(home, 'node_modules', 'lighthouse', 'core', 'index.js');
  const module = (await import(pathToFileURL(entry).href)) as { readonly default: Lighthouse };
  return module.default;
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

/** Medians of the runs: 0 to 100, the shift as Lighthouse counts it, milliseconds. */
interface Figures {
  readonly performance: number;
  readonly shift: number;
  readonly firstPaint: number;
  readonly largestPaint: number;
  readonly blocking: number;
}

async function measure(lighthouse: Lighthouse, url: string): Promise<Figures> {
  const runs: LighthouseResult[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const port = await freePort();
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      headless: false,
      args: [...chromiumArguments, `--remote-debugging-port=${port}`],
    });
    try {
      const result = await lighthouse(url, { port, onlyCategories: ['performance'], logLevel: 'error' });
      if (result === undefined || result.lhr.runtimeError !== undefined)
        throw new Error(`Lighthouse failed on ${url}: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
      runs.push(result.lhr);
    } finally {
      await browser.close();
    }
  }
  const audit = (name: string): number => median(runs.map(({ audits }) => audits[name]?.numericValue ?? Number.NaN));
  return {
    performance: Math.round(median(runs.map(({ categories }) => 100 * (categories.performance.score ?? 0)))),
    shift: Math.round(1000 * audit('cumulative-layout-shift')) / 1000,
    firstPaint: Math.round(audit('first-contentful-paint')),
    largestPaint: Math.round(audit('largest-contentful-paint')),
    blocking: Math.round(audit('total-blocking-time')),
  };
}

const { positionals } = parseArgs({ allowPositionals: true });
const chosen = routes.filter((route) => positionals.length === 0 || positionals.includes(route));
const unknown = positionals.filter((name) => !routes.some((route) => route === name));
if (unknown.length > 0) throw new Error(`No such room: ${unknown.join(', ')}. There are ${routes.join(', ')}.`);

const lighthouse = await loadLighthouse();
const figures: Partial<Record<Route, Figures>> = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
let failures = 0;
await withBuiltRooms(async ({ urlOf }) => {
  console.log('room         performance   shift  first paint  largest  blocking');
  for (const route of chosen) {
    const measured = await measure(lighthouse, urlOf(route));
    figures[route] = measured;
    const { performance, shift, firstPaint, largestPaint, blocking } = measured;
    // Written so that a figure that is missing fails too.
    const isGood = performance >= (minPerformance[route] ?? 0) && shift <= MAX_SHIFT;
    if (!isGood) failures += 1;
    console.log(
      `${route.padEnd(12)}${String(performance).padStart(12)}${shift.toFixed(3).padStart(8)}` +
        `${String(firstPaint).padStart(10)} ms${String(largestPaint).padStart(6)} ms${String(blocking).padStart(7)} ms` +
        `${isGood ? '' : `  outside its limit: at least ${minPerformance[route] ?? 0}, shift at most ${MAX_SHIFT}`}`,
    );
  }
});
writeResult(results, figures);
process.exit(failures === 0 ? 0 : 1);
