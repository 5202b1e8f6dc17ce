// Golden model folders as the engine's model files, loaded with the choices that golden results were computed with.
import { openAsBlob, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../../src/engine/backend.ts';
import type { LoadedModel } from '../../src/engine/model/decoderWeights.ts';
import { loadModel } from '../../src/engine/model/loadModel.ts';
import type { ModelFile } from '../../src/engine/modelFile.ts';
import { openModelFile } from '../../src/engine/openModelFile.ts';
import { type QuantizationChoices, storedChoices } from '../../src/engine/quant/quantizationChoices.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import { hasFiles } from './goldenFiles.ts';
import { destroyModel } from './runModel.ts';

/** The model of a folder, read with another of its configs in place of config.json if asked. */
export async function openFolder(folder: string, configName = 'config.json'): Promise<ModelFile> {
  const names = readdirSync(folder).filter((name) => /^model.*\.(safetensors|json)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, blob: await openAsBlob(path.join(folder, name)) })),
  );
  return await openModelFile([
    ...files,
    { name: 'config.json', blob: await openAsBlob(path.join(folder, configName)) },
  ]);
}

/** Loads on first use, with room for the model's whole context. */
export function lazily(
  backend: Backend,
  open: () => Promise<ModelFile>,
  choices: QuantizationChoices = storedChoices,
): { load(): Promise<LoadedModel>; destroy(): Promise<void> } {
  let loading: Promise<LoadedModel> | undefined;
  return {
    load() {
      loading ??= open().then((file) =>
        loadModel(backend, file, { contextLength: Math.min(file.config.contextLength, 1024), choices }),
      );
      return loading;
    },
    async destroy() {
      if (loading === undefined) return;
      // A failure to load was the failure of the case that asked for it.
      await loading.then(destroyModel, () => undefined);
    },
  };
}

/** The reason when a model is one that this build does not claim to run; other errors are failures. */
export async function unsupportedReason(open: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await open();
    return undefined;
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'MODEL_UNSUPPORTED') return error.message;
    return undefined;
  }
}

/** `<ancestor>/<relative>` for the nearest ancestor of `folder` that has it. */
export function findUpwards(folder: string, relative: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    if (hasFiles(current, relative)) return path.join(current, relative);
    if (path.dirname(current) === current) return undefined;
  }
}
