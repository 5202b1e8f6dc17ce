// LoRA training of a real model: PyTorch's losses, norms, first gradients, and each row's own loss and gradient after the
// last step. On a software device only the first steps run, unless `--whole` requests all.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readAdapter } from '../../src/engine/adapter/readAdapter.ts';
import type { LoadedModel } from '../../src/engine/model/decoderWeights.ts';
import type { SafetensorsFile } from '../../src/engine/safetensors/openSafetensors.ts';
import { relativeError } from '../../src/engine/testing/relativeError.ts';
import { type AdapterLayout, flattenAdapter, modulePath } from '../../src/engine/train/adapterLayout.ts';
import { packRows } from '../../src/engine/train/packRows.ts';
import { createTrainingGraph } from '../../src/engine/train/trainingGraph.ts';
import { trainingStep } from '../../src/engine/train/trainingStep.ts';
import type { ConformanceCase, Measured } from './conformanceCase.ts';
import { readFloats, readJson } from './goldenFiles.ts';
import type { LazyModel } from './runModel.ts';

export interface GoldenTraining {
  readonly input_ids: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly adamw: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly clip: number;
  };
  readonly steps: readonly { readonly loss: number; readonly grad_norm: number }[];
  readonly per_row?: readonly { readonly loss_sum: number; readonly grad_norm: number }[];
}

interface Errors {
  loss: number;
  gradientNorm: number;
  gradients: number;
  rows: number;
  steps: number;
}

export interface RealTraining {
  readonly folder: string;
  readonly training: GoldenTraining;
  readonly golden: SafetensorsFile;
  readonly load: LazyModel;
  /** All steps, and the rows after the last one; otherwise the first two steps. */
  readonly whole: boolean;
}

/** Relative to the expected value. */
function worse(before: number, actual: number, expected: number): number {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(before, error);
}

/** The stored gradients are those of the first step, after clipping. */
async function firstGradientError(
  layout: AdapterLayout,
  gradients: Float32Array,
  factor: number,
  golden: SafetensorsFile,
): Promise<number> {
  let worst = Number.NaN;
  for (const module of layout.modules) {
    const parts = [
      ['lora_A', module.offsetA, module.rank * module.inputs],
      ['lora_B', module.offsetB, module.rank * module.outputs],
    ] as const;
    for (const [half, offset, length] of parts) {
      const name = `grad1.base_model.model.${modulePath(module)}.${half}.default.weight`;
      if (!golden.tensors.has(name)) continue;
      const actual = gradients.slice(offset, offset + length).map((value) => value * factor);
      const error = relativeError(actual, await readFloats(golden, name));
      worst = Number.isNaN(worst) ? error : Math.max(worst, error);
    }
  }
  return worst;
}

async function run({ folder, training, golden, whole }: RealTraining, model: LoadedModel): Promise<Errors> {
  const { backend, config } = model;
  const adapter = await readAdapter({
    config: readJson(path.join(folder, 'adapter'), 'adapter_config.json'),
    weights: new Uint8Array(readFileSync(path.join(folder, 'adapter', 'adapter_model.safetensors'))),
    model: config,
  });
  const { layout, parameters } = flattenAdapter(config, adapter.modules);
  const rows = training.input_ids.map((ids, row) => {
    const length = training.attention_mask[row]?.reduce((sum, value) => sum + value, 0) ?? ids.length;
    const promptLength = training.labels[row]?.findIndex((label) => label !== -100) ?? 0;
    return { inputIds: ids.slice(0, length), promptLength };
  });
  const longest = Math.max(...rows.map(({ inputIds }) => inputIds.length));
  const limits = { tokens: Math.max(256, longest), targets: Math.max(128, longest), rows: rows.length };
  const capacities = { tokenCapacity: limits.tokens, targetCapacity: limits.targets };
  const plan = await createTrainingGraph({ model, layout, slots: 1, recompute: false, ...capacities });
  try {
    backend.upload(plan.parameters, parameters);
    const { adamw, steps } = training;
    const errors: Errors = {
      loss: 0,
      gradientNorm: 0,
      gradients: Number.NaN,
      rows: 0,
      steps: whole ? steps.length : Math.min(2, steps.length),
    };
    for (const [index, expected] of steps.slice(0, errors.steps).entries()) {
      const result = await trainingStep(plan, packRows(rows, limits, config.slidingWindow), {
        learningRate: adamw.lr,
        weightDecay: adamw.weight_decay,
        maxGradientNorm: adamw.clip,
        step: index + 1,
        beta1: adamw.betas[0],
        beta2: adamw.betas[1],
        epsilon: adamw.eps,
      });
      errors.loss = worse(errors.loss, result.loss, expected.loss);
      errors.gradientNorm = worse(errors.gradientNorm, result.gradientNorm, expected.grad_norm);
      if (index > 0) continue;
      const gradients = (await backend.download(plan.gradients)) as Float32Array;
      const factor = Math.min(1, adamw.clip / (result.gradientNorm + 1e-6));
      errors.gradients = await firstGradientError(layout, gradients, factor, golden);
    }
    if (errors.steps < steps.length) return errors;
    for (const [index, expected] of (training.per_row ?? []).entries()) {
      plan.clearGradients();
      let loss = 0;
      for (const batch of packRows(rows.slice(index, index + 1), limits, config.slidingWindow)) {
        for (const value of await plan.accumulate(batch, 1)) loss += value;
      }
      const gradient = (await backend.download(plan.gradients)) as Float32Array;
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      errors.rows = worse(worse(errors.rows, loss, expected.loss_sum), norm, expected.grad_norm);
    }
    return errors;
  } finally {
    plan.destroy();
  }
}

/** Training cases of a real model's folder. One run gives all figures. */
export function* realTrainingCases(subject: RealTraining): Generator<ConformanceCase> {
  const { training, load, whole } = subject;
  let running: Promise<Errors> | undefined;
  const measure = (name: string, tolerance: number, pick: (errors: Errors) => number): ConformanceCase => ({
    name: `training: ${name}`,
    async run() {
      running ??= load().then(({ model }) => run(subject, model));
      const errors = await running;
      const rest = errors.steps < training.steps.length ? `, of ${training.steps.length} with --whole` : '';
      return { error: pick(errors), tolerance, note: `${errors.steps} steps${rest}` } satisfies Measured;
    },
  });
  yield measure('losses', 1e-4, ({ loss }) => loss);
  yield measure('gradient norms', 1e-3, ({ gradientNorm }) => gradientNorm);
  yield measure('gradients of step 1', 1e-3, ({ gradients }) => gradients);
  if (whole) yield measure('rows after the last step', 1e-3, ({ rows }) => rows);
}
