import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import type { ModelFile } from '../modelFile.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { type GoldenTensors, goldenModel, goldenTensors, largestDifference } from '../testing/goldenModel.ts';
import { createWasmBackend } from '../wasm/createWasmBackend.ts';
import { acquireDevice } from '../webgpu/acquireDevice.ts';
import { createWebGpuBackend } from '../webgpu/createWebGpuBackend.ts';
import { dawn } from '../webgpu/node.ts';
import { createSession } from './createSession.ts';
import type { LoadedModel } from './decoderWeights.ts';
import { loadModel } from './loadModel.ts';
import { observeLayers } from './observeLayers.ts';

/** f32 kernels against PyTorch: see the README of the golden data. */
const tolerance = 2e-4;

const backends: readonly { readonly name: string; readonly open: () => Promise<Backend> }[] = [
  { name: 'reference', open: async () => createReferenceBackend() },
  { name: 'Dawn', open: dawnBackend },
  { name: 'WebAssembly', open: async () => createWasmBackend() ?? createReferenceBackend() },
];

let file: ModelFile;
let golden: GoldenTensors;
beforeAll(async () => {
  file = await goldenModel('tiny-llama');
  golden = await goldenTensors('tiny-llama');
});

describe.each(backends)('tiny-llama on $name', ({ name, open }) => {
  let backend: Backend;
  let model: LoadedModel;
  beforeAll(async () => {
    backend = await open();
    model = await loadModel(backend, file);
  });

  it('matches the golden logits of a whole prompt, in chunks of any size', async () => {
    for (const prefillChunkSize of name === 'reference' ? [128] : [128, 32, 7]) {
      const session = createSession(model, { prefillChunkSize });
      for (const length of [1, 37]) {
        session.truncate(0);
        const logits = await session.forwardAllLogits(await golden.integers(`prompt_${length}`));
        expect(largestDifference(logits, await golden.floats(`logits_${length}`))).toBeLessThan(tolerance);
      }
      session.truncate(0);
      const logits = await session.forwardAllLogits(await golden.integers('prompt_100'));
      const last = logits.slice(92 * file.config.vocabularySize);
      expect(largestDifference(last, await golden.floats('logits_100_last8'))).toBeLessThan(tolerance);
      session.destroy();
    }
  });

  it('matches them token by token', async () => {
    const session = createSession(model);
    const expected = await golden.floats('logits_37');
    const size = file.config.vocabularySize;
    for (const [index, id] of (await golden.integers('prompt_37')).entries()) {
      const logits = await session.forward([id]);
      expect(largestDifference(logits, expected.slice(index * size, (index + 1) * size))).toBeLessThan(tolerance);
    }
    session.destroy();
  });

  it('comes near them with activations in int8, if requested', async () => {
    const choices = { weights: 'q4_0', embedding: 'stored', head: 'stored' } as const;
    const logitsWith = async (computeDtype: 'float32' | 'int8'): Promise<Float32Array> => {
      const rounded = await loadModel(backend, file, { choices, computeDtype });
      const session = createSession(rounded);
      const logits = await session.forwardAllLogits(await golden.integers('prompt_37'));
      session.destroy();
      rounded.destroy();
      return logits;
    };
    const exact = await logitsWith('float32');
    const difference = largestDifference(await logitsWith('int8'), exact);
    expect(difference).toBeGreaterThan(1e-4);
    expect(difference).toBeLessThan(0.05 * Math.max(...exact.map(Math.abs)));
  });

  it.each([1, 37, 100])('greedily continues the prompt of %i as PyTorch does', async (length) => {
    const session = createSession(model);
    const steps = name === 'reference' ? 16 : 64;
    const ids = [await session.forwardArgmax(await golden.integers(`prompt_${length}`))];
    while (ids.length < steps) ids.push(await session.forwardArgmax(ids.slice(-1)));
    expect(ids).toEqual((await golden.integers(`greedy_${length}`)).slice(0, steps));
    session.destroy();
  });

  it('has the golden residual stream after every layer', async () => {
    const hidden = await observeLayers(model, await golden.integers('prompt_37'));
    expect(largestDifference(hidden, await golden.floats('hidden_37'))).toBeLessThan(tolerance);
  });

  it('allocates nothing on the device while it decodes', async () => {
    const session = createSession(model);
    await session.forward(await golden.integers('prompt_37'));
    await session.forward([5]);
    const before = { ...backend.counters };
    for (let id = 0; id < 8; id += 1) await session.forward([id]);
    expect(backend.counters).toEqual({ ...before, submissions: before.submissions + 8 });
    session.destroy();
  });

  it('frees what it allocated', async () => {
    const before = backend.counters.allocatedBytes;
    const session = createSession(model);
    await session.forwardAllLogits([1, 2, 3]);
    expect(backend.counters.allocatedBytes).toBeGreaterThan(before);
    session.destroy();
    // Lazily created resources are freed once their promises have settled.
    await Promise.resolve();
    const staging = backend.counters.allocatedBytes - before;
    expect(staging === 0 || name === 'Dawn').toBe(true);
    expect(staging).toBeLessThan(1 << 20);
  });
});

describe('tiny-qwen3', () => {
  it.each(backends)('norms queries and keys, from f16 weights, on $name', async ({ open }) => {
    const model = await loadModel(await open(), await goldenModel('tiny-qwen3'));
    const tensors = await goldenTensors('tiny-qwen3');
    const session = createSession(model);
    const logits = await session.forwardAllLogits(await tensors.integers('prompt_37'));
    expect(largestDifference(logits, await tensors.floats('logits_37'))).toBeLessThan(tolerance);
    session.destroy();
    model.destroy();
  });
});

describe('the kernels for hardware GPUs', () => {
  it('match the golden logits too', async () => {
    const acquired = await acquireDevice(dawn());
    const features = new Set([...acquired.features].filter((feature) => feature !== 'software'));
    const backend = createWebGpuBackend({ ...acquired, features });
    const session = createSession(await loadModel(backend, file));
    const prompt = await golden.integers('prompt_37');
    const expected = await golden.floats('logits_37');
    const last = expected.slice(36 * file.config.vocabularySize);
    expect(largestDifference(await session.forwardAllLogits(prompt), expected)).toBeLessThan(tolerance);
    session.truncate(36);
    expect(largestDifference(await session.forward(prompt.slice(36)), last)).toBeLessThan(tolerance);
    backend.destroy();
  });
});

describe('a sliding window', () => {
  it('limits each layer’s attention to the window, including the token itself', async () => {
    const layers = file.config.layers.map((layer) => ({ ...layer, sliding: true }));
    const config = { ...file.config, slidingWindow: 4, layers };
    const session = createSession(await loadModel(createReferenceBackend(), { ...file, config }));
    const prompt = (await golden.integers('prompt_37')).slice(0, 12);
    const logitsWith = async (changed: number): Promise<Float32Array> => {
      session.truncate(0);
      return await session.forward(prompt.map((id, index) => (index === changed ? (id + 1) % 1_003 : id)));
    };
    const plain = await logitsWith(-1);
    // Three layers of three earlier tokens each: the last position, 11, is reached from 2 and not from 1.
    expect(largestDifference(await logitsWith(2), plain)).toBeGreaterThan(1e-6);
    expect(largestDifference(await logitsWith(1), plain)).toBe(0);
  });
});

describe('a session', () => {
  it('continues from a shared prefix after it was truncated', async () => {
    const model = await loadModel(await dawnBackend(), file);
    const session = createSession(model);
    const prompt = await golden.integers('prompt_37');
    const whole = await session.forward(prompt);
    await session.forward([1, 2, 3]);
    session.truncate(30);
    expect(largestDifference(await session.forward(prompt.slice(30)), whole)).toBeLessThan(tolerance);
    session.destroy();
    model.destroy();
  });

  it('hears an abort that comes as a message while the CPU reads', async () => {
    const session = createSession(await loadModel(createReferenceBackend(), file), { prefillChunkSize: 8 });
    const { port1, port2 } = new MessageChannel();
    const abort = new AbortController();
    port1.onmessage = () => abort.abort();
    port2.postMessage('stop');
    const reading = session.forward(await golden.integers('prompt_37'), { signal: abort.signal });
    await expect(reading).rejects.toThrow(/abort/i);
    port1.close();
  });

  it('is usable after an abort', async () => {
    const model = await loadModel(createReferenceBackend(), file);
    const session = createSession(model, { prefillChunkSize: 8 });
    const abort = new AbortController();
    const prompt = await golden.integers('prompt_37');
    const reading = session.forward(prompt, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(reading).rejects.toThrow(/abort/i);
    expect(session.ids).toEqual(prompt.slice(0, 8));
    const logits = await session.forward(prompt.slice(8));
    const expected = (await golden.floats('logits_37')).slice(36 * file.config.vocabularySize);
    expect(largestDifference(logits, expected)).toBeLessThan(tolerance);
  });

  it('refuses a full context, an invalid token and an empty prompt by code', async () => {
    const model = await loadModel(createReferenceBackend(), file, { contextLength: 4 });
    const session = createSession(model);
    await expect(session.forward([1, 2, 3, 4, 5])).rejects.toMatchObject({ code: 'ENGINE_CONTEXT_FULL' });
    await expect(session.forward([1003])).rejects.toMatchObject({ code: 'ENGINE_TOKEN_INVALID' });
    await expect(session.forward([])).rejects.toMatchObject({ code: 'ENGINE_PROMPT_EMPTY' });
    expect(session.ids).toEqual([]);
  });
});

describe('loadModel', () => {
  it('refuses an unknown architecture and a missing tensor by name', async () => {
    const strange = { ...file, config: { ...file.config, architecture: 'mamba' as 'llama' } };
    await expect(loadModel(createReferenceBackend(), strange)).rejects.toMatchObject({
      code: 'ENGINE_MODEL_UNSUPPORTED',
      facts: { architecture: 'mamba' },
    });
    const tensors = new Map(file.tensors);
    tensors.delete('model.layers.1.mlp.up_proj.weight');
    const backend = createReferenceBackend();
    await expect(loadModel(backend, { ...file, tensors })).rejects.toMatchObject({
      code: 'ENGINE_TENSOR_MISSING',
      facts: { tensor: 'model.layers.1.mlp.up_proj.weight' },
    });
    expect(backend.counters.allocatedBytes).toBe(0);
  });
});
