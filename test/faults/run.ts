// `npm run faults -- [names] [--runs n] [--seed s] [--first n]`: the long form of the suites of this folder. A name is a suite, or the
// beginning of a part's (`decoders/engine/gguf`). Exit code 1 on any fault, or if nothing ran.
import { parseArgs } from 'node:util';
import { decoderSuite } from './decoders/decoderSuite.ts';
import { killsSuite, relaySuite } from './relay/suites.ts';
import type { Suite } from './suite.ts';
import { deviceSuite } from './walks/device.ts';
import { quotaSuite } from './walks/quota.ts';
import { tabSuite } from './walks/tabs.ts';
import { twoTabSuite } from './walks/twoTabs.ts';

const suites: readonly Suite[] = [decoderSuite, relaySuite, killsSuite, tabSuite, twoTabSuite, quotaSuite, deviceSuite];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, seed: { type: 'string' }, first: { type: 'string', default: '0' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const [runs, first] = [values.runs === undefined ? undefined : Number(values.runs), Number(values.first)];
/** The beginnings of parts of a suite that are asked for. */
const partsOf = (suite: Suite): readonly string[] =>
  positionals.length === 0
    ? ['']
    : positionals
        .filter((name) => `${name}/`.startsWith(`${suite.name}/`))
        .map((name) => name.slice(suite.name.length + 1));
const chosen = suites.filter((suite) => partsOf(suite).length > 0);
if (chosen.length === 0 || ![seed, first, runs ?? 1].every((each) => Number.isSafeInteger(each) && each >= 0)) {
  console.error('Usage: npm run faults -- [names] [--runs n] [--seed s] [--first n]');
  for (const suite of suites) console.error(`  ${suite.name}: ${suite.says}`);
  process.exit(2);
}

let total = 0;
const faults: string[] = [];
for (const suite of chosen) {
  console.log(`${suite.name}: ${suite.says} Seed ${seed}.`);
  const result = await suite.run({ parts: partsOf(suite), runs, seed, first, print: console.log });
  total += result.runs;
  faults.push(...result.faults);
}
console.log(`${total} runs, ${faults.length} faults, seed ${seed}`);
process.exit(faults.length > 0 || total === 0 ? 1 : 0);
