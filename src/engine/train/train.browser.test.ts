// LoRA training on a real browser's WebGPU against PyTorch's numbers, which the Node tests compare on Dawn.
// Only three steps, since SwiftShader first compiles every forward and backward pipeline.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import config from '../../../test/golden/training/llama-plain/config.json';
import data from '../../../test/golden/training/llama-plain/data.json';
import metrics from '../../../test/golden/training/llama-plain/metrics.json';
import type { Backend } from '../backend.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { loadModel } from '../model/loadModel.ts';
import { openModelFile } from '../openModelFile.ts';
import { openSafetensors, type SafetensorsFile } from '../safetensors/openSafetensors.ts';
import { acquireDevice } from '../webgpu/acquireDevice.ts';
import { createWebGpuBackend } from '../webgpu/createWebGpuBackend.ts';
import { type AdapterLayout, modulePath, uniformLayout } from './adapterLayout.ts';
import { learningRate } from './learningRate.ts';
import { packRows } from './packRows.ts';
import { createTrainingGraph, type TrainingGraph } from './trainingGraph.ts';
import { trainingStep } from './trainingStep.ts';

const folder = '/test/golden/training/llama-plain';

async function fetchBlob(path: string): Promise<Blob> {
  const response = await fetch(`${folder}/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return await response.blob();
}

const openTensors = async (path: string): Promise<SafetensorsFile> =>
  openSafetensors({ name: path, blob: await fetchBlob(path) });

async function flatten(layout: AdapterLayout, file: SafetensorsFile): Promise<Float32Array<ArrayBuffer>> {
  const flat = new Float32Array(layout.length);
  for (const module of layout.modules) {
    for (const [half, offset] of [
      ['lora_A', module.offsetA],
      ['lora_B', module.offsetB],
    ] as const) {
      const bytes = await file.tensors.get(`base_model.model.${modulePath(module)}.${half}.weight`)?.read();
      if (bytes === undefined) throw new Error(`${modulePath(module)} is missing`);
      flat.set(new Float32Array(bytes.buffer), offset);
    }
  }
  return flat;
}

const rows = data.rows.map(({ input_ids: inputIds, labels }) => ({
  inputIds,
  promptLength: labels.findIndex((label) => label !== -100),
}));
const limits = { tokens: 128, targets: 64, rows: 16 };

let backend: Backend;
let model: LoadedModel;
let layout: AdapterLayout;
beforeAll(async () => {
  backend = createWebGpuBackend(await acquireDevice());
  const files = ['config.json', 'model.safetensors'].map(async (name) => ({
    name,
    blob: await fetchBlob(`base/${name}`),
  }));
  model = await loadModel(backend, await openModelFile(await Promise.all(files)));
  const { r: rank, target_modules: targetModules } = config.adapter;
  layout = uniformLayout(model.config, { rank, scale: config.lora_scale, targetModules });
});
afterAll(() => backend.destroy());

async function step(plan: TrainingGraph, number: number) {
  const { lr, weight_decay: weightDecay, max_grad_norm: maxGradientNorm, betas, eps: epsilon } = config.optimizer;
  const { warmup_steps: warmupSteps, total_steps: totalSteps } = config.schedule;
  const chosen = (data.steps[number - 1] ?? []).flat(2).map((index) => rows[index] as (typeof rows)[0]);
  return await trainingStep(plan, packRows(chosen, limits), {
    learningRate: learningRate({ kind: 'cosine', learningRate: lr, warmupSteps, totalSteps }, number),
    weightDecay,
    maxGradientNorm,
    step: number,
    beta1: betas[0] as number,
    beta2: betas[1] as number,
    epsilon,
  });
}

describe('training in the browser', () => {
  it('matches the golden losses and gradient norms', async () => {
    const capacities = { tokenCapacity: limits.tokens, targetCapacity: limits.targets };
    const plan = await createTrainingGraph({ model, layout, slots: 1, recompute: false, ...capacities });
    backend.upload(plan.parameters, await flatten(layout, await openTensors('adapter_init/adapter_model.safetensors')));
    for (const number of [1, 2, 3]) {
      const { loss, gradientNorm } = await step(plan, number);
      const expected = metrics.f64[number - 1];
      expect(Math.abs(loss / (expected?.loss ?? 0) - 1)).toBeLessThan(1e-4);
      expect(Math.abs(gradientNorm / (expected?.grad_norm ?? 0) - 1)).toBeLessThan(1e-4);
    }
    plan.destroy();
  });
});
