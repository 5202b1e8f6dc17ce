// Golden PEFT adapters: resolved ranks and scales, logits with an f32 and a Q4_0 base, and refusals by name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { combineAdapters } from '../../src/engine/adapter/combineAdapters.ts';
import { readAdapter } from '../../src/engine/adapter/readAdapter.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { type AdapterModule, uploadAdapter } from '../../src/engine/model/deviceAdapter.ts';
import type { ModelConfig } from '../../src/engine/modelConfig.ts';
import { storedChoices } from '../../src/engine/quant/quantizationChoices.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import type { CasesOfFolder, ConformanceCase, Measured } from './conformanceCase.ts';
import { hasFiles, openTensors, readJson } from './goldenFiles.ts';
import { findUpwards, lazily, openFolder, unsupportedReason } from './modelFolder.ts';
import { type LazyModel, logitCases } from './runModel.ts';

interface GoldenAdapter {
  readonly base: string;
  readonly expected: 'load' | 'refuse';
  readonly adapters?: readonly string[];
  readonly modules?: Readonly<Record<string, { readonly r: number; readonly scaling: number }>>;
}

/** PyTorch's own f32 result differs by 1.2e-4 if W + sBA is formed first. */
const tolerance = 1e-3;

async function modulesOf(folder: string, model: ModelConfig): Promise<readonly AdapterModule[]> {
  const weights = new Uint8Array(readFileSync(path.join(folder, 'adapter_model.safetensors')));
  return (await readAdapter({ config: readJson(folder, 'adapter_config.json'), weights, model })).modules;
}

/** 0 if the adapter is refused by name and with a reason. */
async function refusal(folder: string, model: ModelConfig): Promise<Measured> {
  try {
    await modulesOf(folder, model);
    return { error: 1, tolerance: 0, note: 'it was loaded' };
  } catch (error) {
    if (!(error instanceof TributaryError && error.code === 'ADAPTER_UNSUPPORTED')) throw error;
    return { error: 0, tolerance: 0, note: error.message };
  }
}

async function resolved(folder: string, model: ModelConfig, expected: GoldenAdapter['modules']): Promise<Measured> {
  const modules = await modulesOf(folder, model);
  const names = Object.entries(expected ?? {});
  let error = Math.abs(names.length - modules.length);
  for (const [name, { r, scaling }] of names) {
    const found = modules.find(
      ({ layer, module }) => name.includes(`.layers.${layer}.`) && name.endsWith(`.${module}`),
    );
    if (found?.rank !== r || Math.abs(found.scale - scaling) > 1e-12) error += 1;
  }
  return { error, tolerance: 0, note: `${names.length} modules` };
}

async function* loadedCases(
  folder: string,
  base: string,
  golden: GoldenAdapter,
  backend: Backend,
): AsyncGenerator<ConformanceCase> {
  const tensors = await openTensors(folder, 'golden.safetensors');
  const folders = golden.adapters?.map((name) => path.join(path.dirname(folder), name)) ?? [folder];
  for (const kind of ['f32', 'q4_0'] as const) {
    const choices = kind === 'f32' ? storedChoices : { ...storedChoices, weights: kind };
    const lazy = lazily(backend, () => openFolder(base), choices);
    const load: LazyModel = async () => {
      const model = await lazy.load();
      const parts = await Promise.all(folders.map((each) => modulesOf(each, model.config)));
      return { model, adapter: uploadAdapter(backend, 'golden', combineAdapters(parts), model.config.layerCount) };
    };
    yield* logitCases(tensors, `${kind}/`, load, { tolerance });
    await lazy.destroy();
  }
}

export const cases: CasesOfFolder = async function* (folder, backend) {
  if (!hasFiles(folder, 'golden.json', 'golden.safetensors')) return;
  const golden = readJson<GoldenAdapter>(folder, 'golden.json');
  if (golden.base === undefined || golden.expected === undefined) return;
  const base = findUpwards(folder, path.join('models', golden.base));
  if (base === undefined) {
    yield {
      name: 'adapter',
      run: async () => ({ unsupported: `its base models/${golden.base} is not above this folder` }),
    };
    return;
  }
  const reason = await unsupportedReason(() => openFolder(base));
  if (reason !== undefined) {
    yield { name: 'adapter', run: async () => ({ unsupported: `its base: ${reason}` }) };
    return;
  }
  const { config } = await openFolder(base);
  if (golden.expected === 'refuse') {
    yield { name: 'is refused', run: () => refusal(folder, config) };
    return;
  }
  if (golden.modules !== undefined) yield { name: 'modules', run: () => resolved(folder, config, golden.modules) };
  yield* loadedCases(folder, base, golden, backend);
};
