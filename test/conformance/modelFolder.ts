// Golden model folders as the engine's model files, and golden weights quantised as the README says.
import { openAsBlob, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../../src/engine/backend.ts';
import { type LoadedModel, linearModules } from '../../src/engine/model/decoderWeights.ts';
import { loadModel } from '../../src/engine/model/loadModel.ts';
import { type ModelFile, openModelFile, type StoredTensor } from '../../src/engine/modelFile.ts';
import { dequantize } from '../../src/engine/quant/dequantize.ts';
import { quantize } from '../../src/engine/quant/quantize.ts';
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

type Quantised = 'q4_0' | 'q8_0';

function quantised(tensor: StoredTensor, format: Quantised): StoredTensor {
  const [rows = 0, columns = 0] = tensor.shape;
  return {
    ...tensor,
    format,
    read: async (signal) =>
      quantize(format, dequantize(tensor.format, await tensor.read(signal), rows, columns), rows, columns),
  };
}

/**
 * The same model with the seven projections of every layer in `formatOfLinear` and, if given, embedding and head in
 * `formatOfTables`: what `golden_quant.safetensors` was computed from.
 */
export function quantiseModel(file: ModelFile, formatOfLinear: Quantised, formatOfTables?: Quantised): ModelFile {
  const isLinear = (name: string): boolean => linearModules.some((module) => name.endsWith(`.${module}.weight`));
  const tensors = [...file.tensors.values()].map((tensor) => {
    if (isLinear(tensor.name)) return quantised(tensor, formatOfLinear);
    const isTable = tensor.name === 'model.embed_tokens.weight' || tensor.name === 'lm_head.weight';
    return isTable && formatOfTables !== undefined ? quantised(tensor, formatOfTables) : tensor;
  });
  return { ...file, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

/** Loads on first use, with room for the model's whole context. */
export function lazily(
  backend: Backend,
  open: () => Promise<ModelFile>,
): { load(): Promise<LoadedModel>; destroy(): Promise<void> } {
  let loading: Promise<LoadedModel> | undefined;
  return {
    load() {
      loading ??= open().then((file) =>
        loadModel(backend, file, { contextLength: Math.min(file.config.contextLength, 1024) }),
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
