// WebLLM in its worker, as far as it goes without its compiled models, which no test can fetch: its list, what it refuses, what
// it says when nothing answers. `webLlmRequest.test.ts` has what it is sent.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Remote } from '../src/lib/rpc.ts';
import { missingNeeds, type RuntimeModel, type RuntimeService } from '../src/models/index.ts';

let worker: Worker;
let runtime: Remote<RuntimeService>;
let models: readonly RuntimeModel[];
beforeAll(async () => {
  worker = new Worker(new URL('./webLlm.ts', import.meta.url), { type: 'module' });
  runtime = connect<RuntimeService>(worker);
  models = await runtime.models({});
});
afterAll(() => worker.terminate());

it('lists its models with what they need', () => {
  expect(models.length).toBeGreaterThan(80);
  expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
  const llama = models.find(({ id }) => id === 'Llama-3.2-1B-Instruct-q4f16_1-MLC');
  expect(llama).toMatchObject({
    runtime: 'webLlm',
    deviceBytes: Math.round(879.04 * 2 ** 20),
    contextLength: 4_096,
    lowResource: true,
    webGpu: 'required',
  });
  const half = models.filter(({ features }) => features.includes('shader-f16'));
  expect(half.length).toBeGreaterThan(5);
  expect(missingNeeds(half[0] as RuntimeModel, undefined)).toEqual([{ code: 'webgpu' }]);
  const device = { description: '', vendor: '', architecture: 'x', features: [], limits: {}, computeDtypes: [] };
  expect(missingNeeds(half[0] as RuntimeModel, device)).toEqual([{ code: 'feature', feature: 'shader-f16' }]);
  expect(models.filter(({ id }) => /embed/i.test(id))).toEqual([]);
});

it('says so when nothing answers, and is no worse for it', async () => {
  const [model] = models as [RuntimeModel];
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(runtime.load({ model, hub: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      code: 'RUNTIME_DOWNLOAD_FAILED',
      facts: { model: model.id },
    });
  }
  await expect(runtime.load({ model: { ...model, id: 'none' } })).rejects.toMatchObject({
    code: 'RUNTIME_MODEL_UNKNOWN',
  });
});

it('answers nothing before a model is there', async () => {
  const asked = runtime.chat({ messages: [{ role: 'user', content: 'A secret.' }] });
  await expect(asked[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'RUNTIME_MODEL_NOT_LOADED' });
});
