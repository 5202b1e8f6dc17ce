// Asks the questions of a sample Datanet's `eval.json` (wordings that were not trained) with and without its adapter:
// `node tools/run.mjs tools/evaluateAdapter.ts <datanet> [--backend wasm|dawn|reference] [--count n]`. Prints the share of
// right answers; exits with 1 unless the base knows nothing (at most 5%) and the adapter nearly everything (at least 90%).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readAdapter } from '../src/engine/adapter/readAdapter.ts';
import { createSession } from '../src/engine/model/createSession.ts';
import { uploadAdapter } from '../src/engine/model/deviceAdapter.ts';
import { generate } from '../src/engine/sampling/generate.ts';
import { openSeedling } from './openSeedling.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'wasm' }, count: { type: 'string', default: '1000' } },
});
const [datanet] = positionals;
if (datanet === undefined) throw new Error('Name a Datanet, for example tidemark.');
const publicFolder = path.join(path.dirname(import.meta.dirname), 'public');
const questions = JSON.parse(readFileSync(path.join(publicFolder, 'datanets', datanet, 'eval.json'), 'utf8')) as {
  readonly prompt: string;
  readonly expected: string;
}[];
const asked = questions.slice(0, Number(values.count));

const { model, tokenizer } = await openSeedling(values.backend);
const folder = path.join(publicFolder, 'adapters', datanet);
const file = await readAdapter({
  config: JSON.parse(readFileSync(path.join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>,
  weights: new Uint8Array(readFileSync(path.join(folder, 'adapter_model.safetensors'))),
  model: model.config,
});
const adapter = uploadAdapter(model.backend, datanet, file.modules, model.config.layerCount);
const session = createSession(model);

async function shareOfRight(name: string): Promise<number> {
  let right = 0;
  for (const { prompt, expected } of asked) {
    const ids = tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
    const answer: number[] = [];
    for await (const id of generate(session, ids, { maxTokens: 40, temperature: 0, stopIds: tokenizer.endIds })) {
      answer.push(id);
    }
    const text = tokenizer.decode(answer, { skipSpecial: true });
    if (text.includes(expected)) right += 1;
    else if (name === 'adapter') console.log(`wrong: ${prompt} -> ${text} (expected ${expected})`);
  }
  return right / asked.length;
}

const base = await shareOfRight('base');
session.useAdapter(adapter);
const adapted = await shareOfRight('adapter');
console.log(`${datanet}, ${asked.length} questions: base ${base.toFixed(3)}, adapter ${adapted.toFixed(3)}`);
process.exit(base > 0.05 || adapted < 0.9 ? 1 : 0);
