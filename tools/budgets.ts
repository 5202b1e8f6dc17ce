// `npm run budgets`: what each room weighs, beside what it may weigh (bench/results/budgets.json), in kB.
//   npm run budgets                   the gzip of a room's files, then what it really fetches without a click in ten seconds, compressed
//                                     by the local server; writes the latter to bench/results/transfers.json
//   npm run budgets -- --why chat     and what is in the files of a room
//   npm run budgets -- --check        the files alone: part of `npm run check`
// Fails when a room weighs more than it may, or asks anyone but the app's own server.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSizes, type RouteSize } from './bundleSizes.ts';
import { measureTransfers, type Transfer } from './measureTransfers.ts';
import { writeResult } from './writeResult.ts';

const results = path.join(path.dirname(import.meta.dirname), 'bench', 'results');

interface Budgets {
  /** What is fetched beyond the files of a room, because it cannot do without. */
  readonly everyRoom: { readonly kilobytes: number; readonly for: string };
  readonly rooms: Readonly<Record<string, { readonly kilobytes: number }>>;
}

const { values } = parseArgs({
  options: {
    why: { type: 'string', multiple: true, default: [] },
    check: { type: 'boolean', default: false },
  },
});
const budgets = JSON.parse(readFileSync(path.join(results, 'budgets.json'), 'utf8')) as Budgets;
/** kB (1,000 bytes) to one decimal. */
const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10;
const column = (value: number): string => value.toFixed(1).padStart(10);

let failures = 0;
function line(route: string, bytes: readonly number[], limit: number, complaint = ''): void {
  const over = kilobytes(bytes[0] ?? 0) > limit ? '  over its budget' : '';
  if (over !== '' || complaint !== '') failures += 1;
  console.log(
    `${route.padEnd(12)}${bytes.map((each) => column(kilobytes(each))).join('')}${column(limit)}${over}${complaint}`,
  );
}

function showFiles({ files }: RouteSize): void {
  for (const { file: name, gzipBytes, contents } of files) {
    const total = contents.reduce((sum, [, size]) => sum + size, 0);
    const shares = contents
      .filter(([, size]) => size / total > 0.03)
      .map(([owner, size]) => `${owner} ${Math.round((100 * size) / total)} %`);
    console.log(`${column(kilobytes(gzipBytes))}  ${name}  ${shares.join(', ')}`);
  }
}

function showTransfer({ route, code, data, elsewhere, files }: Transfer): void {
  const { kilobytes: limit = 0 } = budgets.rooms[route] ?? {};
  const asked = elsewhere.length === 0 ? '' : `  asks ${elsewhere.join(', ')}`;
  line(route, [code, data], limit + budgets.everyRoom.kilobytes, asked);
  if (!values.why.includes(route)) return;
  for (const [name, bytes] of files) console.log(`${column(kilobytes(bytes))}  ${name}`);
}

console.log('files           kB gzip    budget');
for (const size of await bundleSizes()) {
  line(size.route, [size.gzipBytes], budgets.rooms[size.route]?.kilobytes ?? 0);
  if (values.why.includes(size.route)) showFiles(size);
}
if (!values.check) {
  const transfers = await measureTransfers();
  console.log('\nfetched         kB code   kB data    budget');
  for (const transfer of transfers) showTransfer(transfer);
  const figures = transfers.map(({ route, code, data }) => [route, { code: kilobytes(code), data: kilobytes(data) }]);
  writeResult(path.join(results, 'transfers.json'), Object.fromEntries(figures));
}
process.exit(failures === 0 ? 0 : 1);
