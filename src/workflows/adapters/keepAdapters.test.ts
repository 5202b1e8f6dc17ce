// On the real engine: an adapter that gave way is gone from the device, and answers as before when it is asked again.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createEngineService, type EngineService, openBackend } from '../../engine/index.ts';
import type { TrainEvent } from '../../engine/service.ts';
import type { CallContext } from '../../lib/rpc.ts';
import { keepAdapters, MAX_LOADED_ADAPTERS } from './keepAdapters.ts';

const root = path.join(import.meta.dirname, '../../../test/golden/engine');
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const file = (folder: string, name: string) => ({
  name,
  blob: new Blob([readFileSync(path.join(root, folder, name))]),
});

interface Trained {
  readonly id: string;
  readonly config: Record<string, unknown>;
  readonly weights: Uint8Array;
}

let service: EngineService;
let allocatedBytes: () => number;
const trained: Trained[] = [];

/** An adapter that answers with one token of its own. */
async function train(id: string, token: number): Promise<Trained> {
  const rows = [{ inputIds: [7, 8, 9, ...Array.from({ length: 6 }, () => token)], promptLength: 3 }];
  const request = { rows, rank: 4, alpha: 16, learningRate: 0.05, schedule: 'constant', warmupSteps: 0 } as const;
  const rest = { epochs: 12, batchSize: 1, weightDecay: 0, maxGradientNorm: 1, seed: token } as const;
  let done: (TrainEvent & { kind: 'done' }) | undefined;
  for await (const event of service.train({ ...request, ...rest }, context)) if (event.kind === 'done') done = event;
  if (done === undefined) throw new Error('it was not trained');
  return { id, config: done.config, weights: done.weights };
}

async function ask(adapterId?: string): Promise<string> {
  const messages = [{ role: 'user', content: 't7t8t9' }] as const;
  const request = { messages, temperature: 0, max_tokens: 6, ...(adapterId === undefined ? {} : { adapterId }) };
  let text = '';
  for await (const { delta } of service.chat(request, context)) text += delta;
  return text;
}

beforeAll(async () => {
  const opened = await openBackend({ device: 'cpu' });
  allocatedBytes = () => opened.backend.counters.allocatedBytes;
  service = createEngineService({ openBackend: async () => opened });
  const files = [
    file('tiny-llama', 'config.json'),
    file('tiny-llama', 'model.safetensors'),
    file('tiny-llama-onnx', 'tokenizer.json'),
  ];
  await service.loadModel({ files, contextLength: 64 }, context);
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) trained.push(await train(id, 100 + index));
});

test('the three adapters used last stay loaded, and one that gave way answers the same when it is loaded again', async () => {
  const kept = keepAdapters<Trained>({
    load: (adapter) => service.loadAdapter({ ...adapter, weights: adapter.weights.slice() }, context),
    unload: (id) => service.unloadAdapter({ id }, context),
  });
  const [first, second, third, fourth] = trained as [Trained, Trained, Trained, Trained];
  const base = await ask();
  const bytes = [allocatedBytes()];
  const answers: string[] = [];
  for (const adapter of [first, second, third]) {
    await kept.open(adapter);
    answers.push(await ask(adapter.id));
    bytes.push(allocatedBytes());
  }
  expect(MAX_LOADED_ADAPTERS).toBe(3);
  // Each has its own answer, and its own place on the device.
  expect(new Set([base, ...answers]).size).toBe(4);
  expect(bytes).toStrictEqual([...bytes].sort((one, other) => one - other));
  expect(new Set(bytes).size).toBe(4);
  const full = allocatedBytes();

  await kept.open(fourth);
  // It is unloaded behind the loading that it gave way to.
  await expect
    .poll(() => ask(first.id).catch((error: unknown) => (error as { code?: string }).code))
    .toBe('ENGINE_ADAPTER_NOT_LOADED');
  const own = await ask(fourth.id);
  expect(answers).not.toContain(own);
  expect(allocatedBytes()).toBe(full);
  for (const [index, { id }] of [second, third].entries()) expect(await ask(id)).toBe(answers[index + 1]);

  // Used again, the second stays: the third is the one that gives way to the first.
  await kept.open(second);
  await kept.open(first);
  expect(await ask(first.id)).toBe(answers[0]);
  await expect
    .poll(() => ask(third.id).catch((error: unknown) => (error as { code?: string }).code))
    .toBe('ENGINE_ADAPTER_NOT_LOADED');
  expect(await ask(second.id)).toBe(answers[1]);
  expect(await ask(fourth.id)).toBe(own);
  expect(allocatedBytes()).toBe(full);

  for (const { id } of [first, second, fourth]) await service.unloadAdapter({ id }, context);
  expect(allocatedBytes()).toBe(bytes[0]);
  expect(await ask()).toBe(base);
});
