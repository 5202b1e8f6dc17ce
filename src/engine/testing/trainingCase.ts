// For tests and conformance: runs a golden training case (`training/<case>`) or influence case (`influence/scores`) on a
// backend and measures the differences from PyTorch's numbers. Reads folders from disk: Node only.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../backend.ts';
import type { LinearModule, LoadedModel } from '../model/decoderWeights.ts';
import type { AdapterModule } from '../model/deviceAdapter.ts';
import { loadModel } from '../model/loadModel.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';
import { openModelFile } from '../openModelFile.ts';
import type { EncodedRow } from '../service.ts';
import { type AdapterLayout, modulePath, uniformLayout } from '../train/adapterLayout.ts';
import { learningRate } from '../train/learningRate.ts';
import { packRows } from '../train/packRows.ts';
import { perSampleGradients } from '../train/perSampleGradients.ts';
import { createTrainingGraph } from '../train/trainingGraph.ts';
import { trainingStep } from '../train/trainingStep.ts';
import type { GoldenTensor } from './parseSafetensors.ts';
import { readSafetensors } from './readSafetensors.ts';

interface GoldenRow {
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
}

interface CaseConfig {
  readonly lora_scale: number;
  readonly adapter: { readonly r: number; readonly target_modules: string | readonly string[] };
  readonly optimizer: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number;
  };
  readonly schedule: { readonly name: string; readonly warmup_steps: number; readonly total_steps: number };
  readonly quantize: string | null;
}

const allLinear = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

const json = <Value>(file: string): Value => JSON.parse(readFileSync(file, 'utf8')) as Value;

/** |a - b| / |b| in the L2 norm; the absolute norm where b is zero. */
export function normError(actual: ArrayLike<number>, golden: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < golden.length; i += 1) {
    difference += ((actual[i] ?? Number.NaN) - (golden[i] ?? 0)) ** 2;
    size += (golden[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference) / (size === 0 ? 1 : Math.sqrt(size));
}

function encodedRow({ input_ids: inputIds, labels }: GoldenRow): EncodedRow {
  const first = labels.findIndex((label) => label !== -100);
  return { inputIds, promptLength: first === -1 ? inputIds.length : first };
}

async function openFolder(folder: string): Promise<ModelFile> {
  const files = readdirSync(folder).map((name) => ({ name, blob: new Blob([readFileSync(path.join(folder, name))]) }));
  return await openModelFile(files);
}

/** The base with its linear layers as raw Q4_0 blocks, so that the packed kernels are measured. */
function withBlocks(file: ModelFile, quantizedFile: string): ModelFile {
  const blocks = readSafetensors(quantizedFile);
  const tensors = new Map<string, StoredTensor>(file.tensors);
  for (const [name, bytes] of Object.entries(blocks)) {
    const tensor = tensors.get(name.slice('blocks/'.length));
    if (!name.startsWith('blocks/') || tensor === undefined) continue;
    const stored = new Uint8Array(bytes as Uint8Array);
    const rowBytes = stored.length / (tensor.shape[0] ?? 1);
    const readRows: StoredTensor['readRows'] = async (first, count) =>
      stored.slice(first * rowBytes, (first + count) * rowBytes);
    tensors.set(tensor.name, { ...tensor, format: 'q4_0', read: async () => stored, readRows });
  }
  return { ...file, tensors };
}

function flatten(
  layout: AdapterLayout,
  tensors: Readonly<Record<string, GoldenTensor>>,
  prefix = '',
): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(layout.length);
  for (const module of layout.modules) {
    const name = `${prefix}base_model.model.${modulePath(module)}`;
    flat.set(Array.from(tensors[`${name}.lora_A.weight`] ?? []), module.offsetA);
    flat.set(Array.from(tensors[`${name}.lora_B.weight`] ?? []), module.offsetB);
  }
  return flat;
}

/** Largest error of a tensor; tensors are compared as a whole, because Adam magnifies entries near zero. */
function worstTensor(
  layout: AdapterLayout,
  actual: Float32Array,
  tensors: Readonly<Record<string, GoldenTensor>>,
  prefix = '',
): number {
  let worst = 0;
  for (const module of layout.modules) {
    const name = `${prefix}base_model.model.${modulePath(module)}`;
    const sizeA = module.rank * module.inputs;
    const sizeB = module.rank * module.outputs;
    const errors = [
      normError(
        actual.subarray(module.offsetA, module.offsetA + sizeA),
        tensors[`${name}.lora_A.weight`] ?? [Number.NaN],
      ),
      normError(
        actual.subarray(module.offsetB, module.offsetB + sizeB),
        tensors[`${name}.lora_B.weight`] ?? [Number.NaN],
      ),
    ];
    for (const error of errors) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }
  return worst;
}

export interface TrainingErrors {
  /** Relative, over all steps that ran. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** By tensor, relative in the L2 norm; absent if the step did not run. */
  readonly gradients1: number;
  readonly gradients10?: number;
  readonly final?: number;
}

/**
 * Trains as `folder` says, for `steps` steps (default: all), and compares with its f64 numbers.
 * `recompute` selects the memory-saving backward pass, which must not change the results.
 */
export async function runTrainingCase(
  folder: string,
  backend: Backend,
  options: { readonly steps?: number; readonly recompute?: boolean } = {},
): Promise<TrainingErrors> {
  const config = json<CaseConfig>(path.join(folder, 'config.json'));
  const data = json<{ rows: readonly GoldenRow[]; steps: readonly (readonly (readonly number[])[][])[] }>(
    path.join(folder, 'data.json'),
  );
  const metrics = json<{ f64: Record<string, readonly number[]> | readonly Record<string, number>[] }>(
    path.join(folder, 'metrics.json'),
  );
  const base = await openFolder(path.join(folder, 'base'));
  const quantized = path.join(folder, 'quantized.safetensors');
  const model = await loadModel(backend, existsSync(quantized) ? withBlocks(base, quantized) : base);
  const { target_modules: targets } = config.adapter;
  const targetModules = targets === 'all-linear' ? allLinear : typeof targets === 'string' ? [targets] : targets;
  const layout = uniformLayout(model.config, { rank: config.adapter.r, scale: config.lora_scale, targetModules });
  const rows = data.rows.map(encodedRow);
  const longest = Math.max(...rows.map(({ inputIds }) => inputIds.length));
  const limits = { tokens: Math.max(256, longest), targets: Math.max(256, longest), rows: rows.length };
  const plan = await createTrainingGraph({
    model,
    layout,
    slots: 1,
    tokenCapacity: limits.tokens,
    targetCapacity: limits.targets,
    recompute: options.recompute ?? false,
  });
  try {
    const initial = readSafetensors(path.join(folder, 'adapter_init', 'adapter_model.safetensors'));
    backend.upload(plan.parameters, flatten(layout, initial));
    const golden = readSafetensors(path.join(folder, 'gradients.safetensors'));
    const errors = { loss: 0, gradientNorm: 0, gradients1: Number.POSITIVE_INFINITY } as {
      -readonly [Name in keyof TrainingErrors]: TrainingErrors[Name];
    };
    const stepCount = Math.min(options.steps ?? data.steps.length, data.steps.length);
    const { name, warmup_steps: warmupSteps, total_steps: totalSteps } = config.schedule;
    const kind = name === 'linear' || name === 'cosine' ? name : 'constant';
    for (let step = 1; step <= stepCount; step += 1) {
      const chosen = (data.steps[step - 1] ?? []).flat(2).map((index) => rows[index] as EncodedRow);
      const { optimizer } = config;
      const result = await trainingStep(plan, packRows(chosen, limits, model.config.slidingWindow), {
        learningRate: learningRate({ kind, learningRate: optimizer.lr, warmupSteps, totalSteps }, step),
        weightDecay: optimizer.weight_decay,
        maxGradientNorm: optimizer.max_grad_norm,
        step,
        beta1: optimizer.betas[0],
        beta2: optimizer.betas[1],
        epsilon: optimizer.eps,
      });
      const expected = goldenStep(metrics.f64, step);
      errors.loss = Math.max(errors.loss, Math.abs(result.loss - expected.loss) / expected.loss);
      errors.gradientNorm = Math.max(
        errors.gradientNorm,
        Math.abs(result.gradientNorm - expected.norm) / expected.norm,
      );
      if (step === 1 || step === 10) {
        const gradients = (await backend.download(plan.gradients)) as Float32Array;
        errors[step === 1 ? 'gradients1' : 'gradients10'] = worstTensor(layout, gradients, golden, `f64/step${step}/`);
      }
    }
    if (stepCount === data.steps.length) {
      const final = readSafetensors(path.join(folder, 'final_f64.safetensors'));
      errors.final = worstTensor(layout, (await backend.download(plan.parameters)) as Float32Array, final);
    }
    return errors;
  } finally {
    plan.destroy();
    model.destroy();
  }
}

function goldenStep(metrics: unknown, step: number): { readonly loss: number; readonly norm: number } {
  const steps = metrics as Record<string, readonly number[]> & readonly Record<string, number>[];
  const entry = Array.isArray(metrics) ? steps[step - 1] : undefined;
  const pick = (...names: string[]): number => {
    for (const name of names) {
      const value = entry?.[name] ?? (steps[name] as readonly number[] | undefined)?.[step - 1];
      if (value !== undefined) return value;
    }
    return Number.NaN;
  };
  return { loss: pick('loss', 'losses'), norm: pick('gradient_norm', 'grad_norm', 'norm', 'gradient_norms') };
}

export interface InfluenceCase {
  readonly model: LoadedModel;
  readonly modules: readonly AdapterModule[];
  readonly rows: readonly EncodedRow[];
  /** f64 [rows, parameters] */
  readonly gradients: GoldenTensor;
  readonly losses: GoldenTensor;
}

/** The model, adapter and rows of an influence folder, with the golden gradient of each row. */
export async function openInfluenceCase(folder: string, backend: Backend): Promise<InfluenceCase> {
  const config = json<{ lora_scale: number; adapter: { r: number; target_modules: readonly string[] } }>(
    path.join(folder, 'config.json'),
  );
  const model = await loadModel(backend, await openFolder(path.join(folder, 'base')));
  const layout = uniformLayout(model.config, {
    rank: config.adapter.r,
    scale: config.lora_scale,
    targetModules: config.adapter.target_modules,
  });
  const adapter = readSafetensors(path.join(folder, 'adapter', 'adapter_model.safetensors'));
  const modules = layout.modules.map((each): AdapterModule => {
    const name = `base_model.model.${modulePath(each)}`;
    const factor = (half: string): Float32Array<ArrayBuffer> =>
      Float32Array.from(adapter[`${name}.${half}.weight`] ?? []);
    return { ...each, module: each.module as LinearModule, a: factor('lora_A'), b: factor('lora_B') };
  });
  const golden = readSafetensors(path.join(folder, 'gradients.safetensors'));
  const { rows } = json<{ rows: readonly GoldenRow[] }>(path.join(folder, 'rows.json'));
  const gradients = golden['rows'] ?? golden['gradients'] ?? [];
  return { model, modules, rows: rows.map(encodedRow), gradients, losses: golden['loss_rows'] ?? [] };
}

/** Largest error of a row's gradient (L2) and loss over `count` rows, computed in batches of `slots` rows. */
export async function influenceErrors(
  { model, modules, rows, gradients, losses }: InfluenceCase,
  options: { readonly count: number; readonly slots: number },
): Promise<{ readonly gradient: number; readonly loss: number }> {
  const source = perSampleGradients(model, modules, { slots: options.slots });
  let gradientError = 0;
  let lossError = 0;
  try {
    for await (const { row, gradient, loss } of source.gradients(rows.slice(0, options.count))) {
      const golden = Array.from({ length: source.length }, (_, i) => gradients[row * source.length + i] ?? Number.NaN);
      gradientError = Math.max(gradientError, normError(gradient, golden));
      lossError = Math.max(lossError, Math.abs(loss - (losses[row] ?? Number.NaN)) / Math.abs(losses[row] ?? 1));
    }
  } finally {
    source.destroy();
  }
  return { gradient: gradientError, loss: lossError };
}
