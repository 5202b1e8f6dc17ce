// Trains the adapters that the app ships, on the seedling and the sample Datanets, by the same workflow as the page: `node
// tools/run.mjs tools/trainSampleAdapters.ts [datanet ...] [--backend wasm|dawn|reference] [--epochs n]`. The run and its
// newest checkpoint lie in `.cache/`, so that an interrupted training goes on. The result goes to `public/adapters/<datanet>/`.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type EncodedRow, type TrainEvent, train } from '../src/engine/index.ts';
import { bytesToHex } from '../src/lib/bytes.ts';
import { TributaryError } from '../src/lib/errors.ts';
import { sha256Async } from '../src/lib/sha256Async.ts';
import { rowsDigest } from '../src/workflows/training/rowsDigest.ts';
import { runTraining } from '../src/workflows/training/runTraining.ts';
import { stepOf, type TrainingRun } from '../src/workflows/training/trainingRun.ts';
import { presetSettings, stepCount, trainRequest } from '../src/workflows/training/trainingSettings.ts';
import { openSeedling, seedlingPath } from './openSeedling.ts';

const root = path.dirname(import.meta.dirname);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'wasm' }, epochs: { type: 'string', default: '5' } },
});
const datanets = positionals.length > 0 ? positionals : ['tidemark', 'elements'];

const { model, tokenizer } = await openSeedling(values.backend);
console.log(`On ${model.backend.description}.`);

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => bytesToHex(await sha256Async(bytes));

/** Writes a temporary file and renames it, so that an interruption leaves the old file intact. */
function replaceFile(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

const CHECKPOINT = '.safetensors';

/** Steps of the checkpoints in a folder. */
function checkpoints(folder: string): readonly number[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(CHECKPOINT))
    .map((name) => Number(name.slice(0, -CHECKPOINT.length)));
}

/** Prints the first step and every tenth. */
function createReport(): (run: TrainingRun) => void {
  let reported = 0;
  return (run) => {
    const step = stepOf(run);
    if (run.status !== 'running' || step === reported || !(step === 1 || step % 10 === 0)) return;
    reported = step;
    const loss = run.losses.at(-1)?.[1] ?? Number.NaN;
    const perStep = run.milliseconds / run.losses.length;
    console.log(`${run.name} ${step}/${run.totalSteps} loss ${loss.toFixed(4)} ${perStep.toFixed(0)} ms per step`);
  };
}

async function saveAdapter({
  text,
  rows,
  run,
  result,
}: {
  readonly text: string;
  readonly rows: readonly EncodedRow[];
  readonly run: TrainingRun;
  readonly result: TrainEvent & { kind: 'done' };
}): Promise<string> {
  const folder = path.join(root, 'public', 'adapters', run.name);
  mkdirSync(folder, { recursive: true });
  const { rows: _rows, checkpointEvery: _every, ...settings } = trainRequest(run.settings, rows);
  const record = {
    base: { name: path.basename(seedlingPath), sha256: await sha256(new Uint8Array(readFileSync(seedlingPath))) },
    rows: {
      file: `datanets/${run.name}/rows.jsonl`,
      count: rows.length,
      sha256: await sha256(new TextEncoder().encode(text)),
    },
    settings,
    steps: result.steps,
    finalLoss: result.finalLoss,
    losses: run.losses.map(([, loss]) => Number(loss.toFixed(4))),
    device: model.backend.description,
  };
  writeFileSync(path.join(folder, 'adapter_config.json'), `${JSON.stringify(result.config, null, 2)}\n`);
  writeFileSync(path.join(folder, 'adapter_model.safetensors'), result.weights);
  writeFileSync(path.join(folder, 'training.json'), `${JSON.stringify(record)}\n`);
  console.log(`${run.name}: done, loss ${result.finalLoss.toFixed(4)}.`);
  return run.name;
}

async function trainAdapter(datanet: string): Promise<void> {
  const text = readFileSync(path.join(root, 'public', 'datanets', datanet, 'rows.jsonl'), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => tokenizer.encodeRow(JSON.parse(line) as { prompt: string; response: string }));
  const digest = await rowsDigest(rows);
  const settings = {
    ...presetSettings('balanced', model.config.hiddenSize),
    epochs: Number(values.epochs),
    batchSize: 16,
  };
  const now = Date.now();
  const fresh: TrainingRun = {
    id: `${datanet}-${settings.epochs}`,
    name: datanet,
    modelId: 'seedling',
    modelName: 'Seedling',
    sources: [{ datanetId: datanet, source: `datanets/${datanet}/rows.jsonl`, rowCount: rows.length }],
    settings,
    rowsDigest: digest,
    rowCount: rows.length,
    status: 'running',
    totalSteps: stepCount(settings, rows.length),
    losses: [],
    tokens: 0,
    milliseconds: 0,
    checkpointStep: 0,
    createdAt: now,
    updatedAt: now,
  };
  const work = path.join(root, '.cache', `train-${fresh.id}`);
  const runFile = path.join(work, 'run.json');
  mkdirSync(work, { recursive: true });
  const run = existsSync(runFile) ? (JSON.parse(readFileSync(runFile, 'utf8')) as TrainingRun) : fresh;
  const resumed = run.checkpointStep > 0 ? `, resumed at step ${run.checkpointStep}` : '';
  console.log(`${datanet}: ${rows.length} rows, ${settings.epochs} epochs${resumed}.`);

  const ended = await runTraining({
    run,
    rows,
    rowsDigest: digest,
    signal: new AbortController().signal,
    onChange: createReport(),
    ports: {
      train: (request, options) => train(model, request, options),
      saveRun: async (next) => replaceFile(runFile, JSON.stringify(next)),
      async saveCheckpoint(_id, step, bytes) {
        const older = checkpoints(work);
        replaceFile(path.join(work, `${step}${CHECKPOINT}`), bytes);
        for (const old of older) if (old !== step) rmSync(path.join(work, `${old}${CHECKPOINT}`));
      },
      async latestCheckpoint() {
        const step = Math.max(...checkpoints(work));
        return step > 0
          ? { step, bytes: new Uint8Array(readFileSync(path.join(work, `${step}${CHECKPOINT}`))) }
          : undefined;
      },
      deleteCheckpoints: async () => rmSync(work, { recursive: true, force: true }),
      saveAdapter: (trained, result) => saveAdapter({ text, rows, run: trained, result }),
      now: Date.now,
    },
  });
  if (ended.error !== undefined) throw TributaryError.deserialize(ended.error);
}

for (const datanet of datanets) await trainAdapter(datanet);
process.exit(0);
