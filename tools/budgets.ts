// `npm run budgets`: what each room weighs, beside what it may weigh (bench/results/budgets.json), in kB of gzip.
//   npm run budgets                   the table; then what a page really loads and how soon it shows, in a Chromium like a phone's
//   npm run budgets -- --static       the table alone
//   npm run budgets -- --why chat     and what is in the files of a room
//   npm run budgets -- --check        fails when a room weighs more than it may: part of `npm run check`
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSizes, type RouteSize } from './bundleSizes.ts';

const file = path.join(path.dirname(import.meta.dirname), 'bench', 'results', 'budgets.json');

/** kB (1,000 bytes) by route. */
type Budgets = Record<string, number>;

const { values } = parseArgs({
  options: {
    static: { type: 'boolean', default: false },
    why: { type: 'string' },
    check: { type: 'boolean', default: false },
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

const isOver = ({ route, gzipBytes }: RouteSize): boolean => gzipBytes / 1000 > (budgets[route] ?? 0);

console.log('room            kB gzip   budget');
for (const size of sizes) {
  const mark = isOver(size) ? '  over its budget' : '';
  const columns = [kilobytes(size.gzipBytes), String(budgets[size.route] ?? 0)].map((text) => text.padStart(9));
  console.log(`${size.route.padEnd(14)}${columns.join('')}${mark}`);
}
for (const size of sizes) if (size.route === values.why) showWhy(size);

if (values.check) process.exit(sizes.some(isOver) ? 1 : 0);
if (!values.static && values.why === undefined) {
  const { measurePages } = await import('./measurePages.ts');
  await measurePages(sizes.map(({ route }) => route));
  process.exit(0);
}
