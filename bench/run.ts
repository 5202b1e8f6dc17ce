// `npm run bench -- <name>` (all without a name): prints a table and writes bench/results/<name>.json. Arguments that begin
// with `--` are passed to the benchmarks.
import { globSync, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeResult } from '../tools/writeResult.ts';
import type { Benchmark, BenchmarkModule } from './benchmark.ts';

const results = path.join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });

const own = path.basename(import.meta.filename);
const benchmarks: Benchmark[] = [];
for (const file of globSync('*.ts', { cwd: import.meta.dirname }).sort()) {
  if (file === own) continue;
  const module = (await import(pathToFileURL(path.join(import.meta.dirname, file)).href)) as Partial<BenchmarkModule>;
  if (module.NAME !== undefined && module.run !== undefined) benchmarks.push({ name: module.NAME, run: module.run });
}

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark "${unknown.join('", "')}"; there are ${benchmarks.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}

const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));

let failed = 0;
for (const benchmark of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  console.log(`\n== ${benchmark.name}`);
  const { rows, checks, notes = [] } = await benchmark.run(options);
  const width = Math.max(...[...rows, ...checks].map(({ name }) => name.length), 4);
  for (const row of rows) console.log(`${row.name.padEnd(width)}  ${figure(row.value).padStart(12)} ${row.unit}`);
  for (const check of checks) {
    console.log(
      `${check.name.padEnd(width)}  ${figure(check.measured).padStart(12)} required ${check.required}: ${check.pass ? 'pass' : 'FAIL'}`,
    );
    if (!check.pass) failed += 1;
  }
  for (const note of notes) console.log(note);
  const machine = { processor: cpus()[0]?.model ?? 'unknown', processors: cpus().length, node: process.version };
  const report = { name: benchmark.name, date: new Date().toISOString(), machine, rows, checks, notes };
  writeResult(path.join(results, `${benchmark.name}.json`), report);
}
process.exit(failed === 0 ? 0 : 1);
