// Trains the adapters that the app ships, on the seedling and the sample Datanets: `node tools/run.mjs
// tools/trainSampleAdapters.ts [datanet ...] [--backend wasm|dawn|reference] [--epochs n]`. Saves a checkpoint every few
// steps in `.cache/` and goes on from it when it was interrupted. The result goes to `public/adapters/<datanet>/`.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { TrainEvent, TrainRequest } from '../src/engine/service.ts';
import { train } from '../src/engine/train/train.ts';
import { bytesToHex } from '../src/lib/bytes.ts';
import { sha256Async } from '../src/lib/hash.ts';
import { openSeedling, seedlingPath } from './openSeedling.ts';

const root = path.dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'wasm' }, epochs: { type: 'string', default: '5' } },
});
const datanets = positionals.length > 0 ? positionals : ['tidemark', 'elements'];

const { model, tokenizer } = await openSeedling(values.backend);
console.log(`On ${model.backend.description}.`);

/** Writes beside and renames, so that an interruption leaves the old file whole. */
function replaceFile(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

for (const datanet of datanets) {
  const source = path.join(root, 'public', 'datanets', datanet, 'rows.jsonl');
  const text = readFileSync(source, 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => tokenizer.encodeRow(JSON.parse(line) as { prompt: string; response: string }));
  const epochs = Number(values.epochs);
  const batchSize = 16;
  const request: TrainRequest = {
    rows,
    rank: 16,
    alpha: 32,
    learningRate: 4e-3,
    schedule: 'linear',
    warmupSteps: 20,
    epochs,
    batchSize,
    weightDecay: 0,
    maxGradientNorm: 1,
    seed: 1,
    checkpointEvery: 20,
  };
  const checkpoint = path.join(root, '.cache', `train-${datanet}-${epochs}.safetensors`);
  mkdirSync(path.dirname(checkpoint), { recursive: true });
  const resumeFrom = existsSync(checkpoint) ? new Uint8Array(readFileSync(checkpoint)) : undefined;
  console.log(`${datanet}: ${rows.length} rows, ${epochs} epochs${resumeFrom === undefined ? '' : ', resumed'}.`);
  const losses: number[] = [];
  const events = train(
    model,
    { ...request, ...(resumeFrom === undefined ? {} : { resumeFrom }) },
    { signal: new AbortController().signal },
  );
  for await (const event of events) await take(event);

  async function take(event: TrainEvent): Promise<void> {
    if (event.kind === 'step') {
      losses.push(event.loss);
      if (event.step % 10 === 0 || event.step === 1) {
        console.log(
          `${datanet} ${event.step}/${event.totalSteps} loss ${event.loss.toFixed(4)} ${event.milliseconds.toFixed(0)} ms`,
        );
      }
      return;
    }
    if (event.kind === 'checkpoint') {
      replaceFile(checkpoint, event.bytes);
      return;
    }
    const folder = path.join(root, 'public', 'adapters', datanet);
    mkdirSync(folder, { recursive: true });
    const { rows: _rows, checkpointEvery: _every, ...settings } = request;
    const record = {
      base: { name: path.basename(seedlingPath), sha256: bytesToHex(await sha256Async(readFileSync(seedlingPath))) },
      rows: {
        file: `datanets/${datanet}/rows.jsonl`,
        count: rows.length,
        sha256: bytesToHex(await sha256Async(new TextEncoder().encode(text))),
      },
      settings,
      steps: event.steps,
      finalLoss: event.finalLoss,
      // Of the steps of this program's run: a resumed run has not seen the earlier ones.
      losses: losses.map((loss) => Number(loss.toFixed(4))),
      device: model.backend.description,
    };
    writeFileSync(path.join(folder, 'adapter_config.json'), `${JSON.stringify(event.config, null, 2)}\n`);
    writeFileSync(path.join(folder, 'adapter_model.safetensors'), event.weights);
    writeFileSync(path.join(folder, 'training.json'), `${JSON.stringify(record)}\n`);
    rmSync(checkpoint, { force: true });
    console.log(`${datanet}: done, loss ${event.finalLoss.toFixed(4)}.`);
  }
}
process.exit(0);
