// Asks the questions of a sample Datanet's `eval.json` (wordings that were not trained) with and without its adapter:
// `node tools/run.mjs tools/evaluateAdapter.ts <datanet> [--backend wasm|dawn|reference] [--count n]`. Prints the share of
// right answers; exits with 1 unless the base knows nothing (at most 5%) and the adapter nearly everything (at least 90%).
import { parseArgs } from 'node:util';
import { openSample } from './attribution/openSample.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'wasm' }, count: { type: 'string', default: '1000' } },
});
const [datanet] = positionals;
if (datanet === undefined) throw new Error('Name a Datanet, for example tidemark.');
const sample = await openSample(datanet, values.backend);
const asked = sample.questions.slice(0, Number(values.count));

async function shareOfRight(by: 'adapter' | 'base'): Promise<number> {
  let right = 0;
  for (const { prompt, expected } of asked) {
    const { text } = await sample.answer(prompt, by);
    if (text.includes(expected)) right += 1;
    else if (by === 'adapter') console.log(`wrong: ${prompt} -> ${text} (expected ${expected})`);
  }
  return right / asked.length;
}

const base = await shareOfRight('base');
const adapted = await shareOfRight('adapter');
console.log(`${datanet}, ${asked.length} questions: base ${base.toFixed(3)}, adapter ${adapted.toFixed(3)}`);
process.exit(base > 0.05 || adapted < 0.9 ? 1 : 0);
