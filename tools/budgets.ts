// `npm run budgets`: what each room weighs, beside what it may weigh (bench/results/budgets.json), in kB of gzip.
//   npm run budgets                   the table; then what a page really loads and how soon it shows, in a Chromium like a phone's
//   npm run budgets -- --static       the table alone
//   npm run budgets -- --why chat     and what is in the files of a room
//   npm run budgets -- --check        fails when a room weighs more than it may: part of `npm run check`
//   npm run budgets -- --lower        lowers the budgets to what the rooms weigh now; it never raises one
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSizes, type RouteSize } from './bundleSizes.ts';

const file = path.join(path.dirname(import.meta.dirname), 'bench', 'results', 'budgets.json');

interface Budget {
  /** The current limit in kB (1,000 bytes). */
  readonly budget: number;
  /** The long-term goal. */
  readonly goal: number;
}

type Budgets = Record<string, Budget>;

const { values } = parseArgs({
  options: {
    static: { type: 'boolean', default: false },
    why: { type: 'string' },
    check: { type: 'boolean', default: false },
    lower: { type: 'boolean', default: false },
  },
});
const budgets = JSON.parse(readFileSync(file, 'utf8')) as Budgets;
const sizes = await bundleSizes();
const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

function showWhy({ route, files }: RouteSize): void {
  console.log(`\n${route}`);
  for (const { file: name, gzipBytes, contents } of files) {
    const total = contents.reduce((sum, [, size]) => sum + size, 0);
    const shares = contents
      .filter(([, size]) => size / total > 0.03)
      .map(([owner, size]) => `${owner} ${Math.round((100 * size) / total)} %`);
    console.log(`  ${kilobytes(gzipBytes).padStart(7)}  ${name}  ${shares.join(', ')}`);
  }
}

const isOver = ({ route, gzipBytes }: RouteSize): boolean => gzipBytes / 1000 > (budgets[route]?.budget ?? 0);

console.log('room            kB gzip   budget     goal');
for (const size of sizes) {
  const { budget, goal } = budgets[size.route] ?? { budget: 0, goal: 0 };
  const mark = isOver(size) ? '  over its budget' : '';
  console.log(
    `${size.route.padEnd(14)}${kilobytes(size.gzipBytes).padStart(9)}${String(budget).padStart(9)}${String(goal).padStart(9)}${mark}`,
  );
}
for (const size of sizes) if (size.route === values.why) showWhy(size);

if (values.lower) {
  const lowered = sizes.map(({ route, gzipBytes }): [string, Budget] => {
    const { budget = Number.POSITIVE_INFINITY, goal = 0 } = budgets[route] ?? {};
    return [route, { budget: Math.min(budget, Math.ceil(gzipBytes / 1000)), goal }];
  });
  const lines = lowered.map(([route, { budget, goal }]) => `  "${route}": { "budget": ${budget}, "goal": ${goal} }`);
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}
if (values.check) process.exit(sizes.some(isOver) ? 1 : 0);
if (!values.static && values.why === undefined && !values.lower) {
  const { measurePages } = await import('./measurePages.ts');
  await measurePages(sizes.map(({ route }) => route));
  process.exit(0);
}
