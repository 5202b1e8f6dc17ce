// `npm run faults -- [name] [--runs n] [--seed s] [--first n]`: the long form of the suites of this folder. A name is a suite, or a
// part of one (`decoders/engine/gguf`). Exit code 1 on any fault, or if nothing ran.
import { parseArgs } from 'node:util';
import { decoderSuite } from './decoders/decoderSuite.ts';
import type { Suite } from './suite.ts';

const suites: readonly Suite[] = [decoderSuite];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string' }, first: { type: 'string', default: '0' } },
});
const [name = ''] = positionals;
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const [runs, first] = [values.runs === undefined ? undefined : Number(values.runs), Number(values.first)];
const chosen = suites.filter((suite) => name === '' || name === suite.name || name.startsWith(`${suite.name}/`));
if (chosen.length === 0 || ![seed, first, runs ?? 1].every((each) => Number.isSafeInteger(each) && each >= 0)) {
  console.error('Usage: npm run faults -- [name] [--runs n] [--seed s] [--first n]');
  for (const suite of suites) console.error(`  ${suite.name}: ${suite.says}`);
  process.exit(2);
}

let total = 0;
const faults: string[] = [];
for (const suite of chosen) {
  console.log(`${suite.name}: ${suite.says} Seed ${seed}.`);
  const part = name.slice(suite.name.length + 1);
  const result = await suite.run({ part, runs, seed, first, print: console.log });
  total += result.runs;
  faults.push(...result.faults);
}
for (const fault of faults) console.log(`FAULT  ${fault}`);
console.log(`${total} runs, ${faults.length} faults, seed ${seed}`);
process.exit(faults.length > 0 || total === 0 ? 1 : 0);
