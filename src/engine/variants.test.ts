// Autotuning through the service: choices go out with the device's report and come in with the next load; and a device that
// computes wrongly.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { CallContext } from '../lib/rpc.ts';
import type { ChatRequest } from './chat/types.ts';
import { createEngineService } from './createEngineService.ts';
import { type OpenedBackend, openBackend } from './openBackend.ts';
import type { DeviceChoice, EngineService, LoadProgress } from './service.ts';
import { wrongGpu } from './testing/wrongGpu.ts';
import type { ComputeDtype } from './variantReport.ts';
import { acquireDevice } from './webgpu/acquireDevice.ts';
import { createWebGpuBackend } from './webgpu/createWebGpuBackend.ts';
import { deviceReport } from './webgpu/deviceReport.ts';
import { dawn } from './webgpu/node.ts';

const root = path.join(import.meta.dirname, '..', '..');
const { chats } = JSON.parse(readFileSync(path.join(root, 'test/golden/engine/seedling.json'), 'utf8')) as {
  readonly chats: readonly { readonly messages: ChatRequest['messages']; readonly text: string }[];
};
const seedling = {
  name: 'seedling.gguf',
  blob: new Blob([readFileSync(path.join(root, 'public/models/seedling/seedling.Q8_0.gguf'))]),
};

function context(phases: Set<string> = new Set()): CallContext {
  const progress = (value: unknown): void => void phases.add((value as LoadProgress).phase);
  return { signal: new AbortController().signal, progress };
}

/** A service whose best device is this one, and whose CPU is the real one. */
function serviceOn(gpu: GPU): EngineService {
  const open = (device: DeviceChoice): Promise<OpenedBackend> =>
    openBackend({ device: device === 'automatic' ? 'gpu' : device, gpu });
  return createEngineService({ openBackend: open });
}

async function firstAnswer(service: EngineService): Promise<string> {
  const [chat] = chats;
  let text = '';
  const request = { messages: chat?.messages ?? [], temperature: 0, max_tokens: 16 };
  for await (const { delta } of service.chat(request, context())) text += delta;
  return text;
}

const wrongNorm = (): GPU =>
  wrongGpu(dawn(), 'rmsNorm', (source) => source.replaceAll('* weight[', '* 1.01 * weight['));

it('choices go out with the report and come in with the next load', async () => {
  const service = serviceOn(dawn());
  const phases = new Set<string>();
  await service.loadModel({ files: [seedling], contextLength: 64 }, context(phases));
  const { variants } = await service.probe({}, context());
  expect(phases).toContain('probe');
  expect(variants?.refused).toEqual([]);
  const operators = new Set(variants?.choices.map(({ operator }) => operator));
  expect(operators).toContain('linear q8_0');
  expect(operators).toContain('rmsNorm');

  const next = serviceOn(dawn());
  const later = new Set<string>();
  // As stored between two visits.
  const remembered = JSON.parse(JSON.stringify(variants)) as NonNullable<typeof variants>;
  await next.loadModel({ files: [seedling], contextLength: 64, variants: remembered }, context(later));
  expect(later).toContain('compile');
  expect(later).not.toContain('probe');
  expect((await next.probe({}, context())).variants).toEqual(remembered);
  expect(await firstAnswer(next)).toBe(chats[0]?.text);
}, 300_000);

it('where the best device computes wrongly the CPU takes over and says why', async () => {
  const service = serviceOn(wrongNorm());
  await service.loadModel({ files: [seedling], contextLength: 64 }, context());
  const { architecture, obstacle } = await service.probe({}, context());
  expect(architecture).toBe('cpu');
  expect(obstacle).toMatchObject({ code: 'ENGINE_DEVICE_WRONG', facts: { operator: 'rmsNorm' } });
  expect(await firstAnswer(service)).toBe(chats[0]?.text);
});

it('a device requested by name that computes wrongly is an error', async () => {
  const service = serviceOn(wrongNorm());
  await expect(
    service.loadModel({ files: [seedling], contextLength: 64, device: 'gpu' }, context()),
  ).rejects.toMatchObject({ code: 'ENGINE_DEVICE_WRONG' });
  await expect(service.encode({ text: 'a' }, context())).rejects.toMatchObject({ code: 'ENGINE_MODEL_NOT_LOADED' });
});

/** The service on this machine's device, treated as a hardware GPU, with the first variant of each operator untested. */
function serviceOnCard(): EngineService {
  return createEngineService({
    openBackend: async () => {
      const acquired = await acquireDevice(dawn());
      const card = { ...acquired, features: new Set([...acquired.features].filter((name) => name !== 'software')) };
      return { backend: createWebGpuBackend(card), report: deviceReport(card) };
    },
  });
}

/** Log probabilities of the most probable first tokens after a golden chat, by token, of a model that computes in `computeDtype`. */
async function firstTokens(service: EngineService, computeDtype: ComputeDtype): Promise<Map<string, number>> {
  const summary = await service.loadModel({ files: [seedling], contextLength: 64, computeDtype }, context());
  expect(summary.computeDtype).toBe(computeDtype);
  const request = {
    messages: chats[0]?.messages ?? [],
    temperature: 0,
    max_tokens: 1,
    logprobs: true,
    top_logprobs: 5,
  };
  const found = new Map<string, number>();
  for await (const { logprobs = [] } of service.chat(request, context()))
    for (const { token, logprob } of logprobs.flatMap(({ top_logprobs }) => top_logprobs)) found.set(token, logprob);
  return found;
}

it('computes in float16 or int8 if requested and supported, and reports it', async () => {
  const service = serviceOnCard();
  const { computeDtypes } = await service.probe({}, context());
  expect(computeDtypes[0]).toBe('float32');
  const exact = await firstTokens(service, 'float32');
  expect(exact.size).toBe(5);
  for (const computeDtype of computeDtypes.slice(1)) {
    const rounded = await firstTokens(service, computeDtype);
    const differences = [...rounded].map(([token, value]) => Math.abs(value - (exact.get(token) ?? value)));
    const largest = Math.max(...differences);
    expect(largest, computeDtype).toBeGreaterThan(1e-6);
    // On logits, the golden data's README measured 0.02 for float16 and 0.75 for int8.
    expect(largest, computeDtype).toBeLessThan(computeDtype === 'float16' ? 0.1 : 0.75);
  }
}, 300_000);

it('computes exactly on a device without the requested dtype', async () => {
  const service = createEngineService();
  const request = { files: [seedling], contextLength: 64, device: 'cpu', computeDtype: 'int8' } as const;
  expect((await service.loadModel(request, context())).computeDtype).toBe('float32');
  expect((await service.probe({}, context())).computeDtypes).toEqual(['float32']);
  expect(await firstAnswer(service)).toBe(chats[0]?.text);
});

it('int8 products that a device computes wrongly are an error too', async () => {
  const service = serviceOn(wrongGpu(dawn(), 'linearInt8', (source) => source.replaceAll('shape.scale', '1.01')));
  await expect(
    service.loadModel({ files: [seedling], contextLength: 64, device: 'gpu', computeDtype: 'int8' }, context()),
  ).rejects.toMatchObject({ code: 'ENGINE_DEVICE_WRONG', facts: { operator: 'linearInt8 q8_0' } });
});
