// What the service makes of the library's failures. The library is a stand-in here: its models need compiled files and a GPU.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CallContext } from '../../../lib/rpc.ts';
import type { RuntimeModel } from '../types.ts';
import { createWebLlmService } from './createWebLlmService.ts';

/** What the library's engine does next. */
const engine = vi.hoisted(() => ({
  reload: (): Promise<void> => Promise.resolve(),
  answer: async function* (): AsyncGenerator<unknown> {},
}));
vi.mock('@mlc-ai/web-llm', () => ({
  prebuiltAppConfig: { model_list: [{ model_id: 'tiny', model: 'https://huggingface.co/mlc-ai/tiny' }] },
  MLCEngine: class {
    chat = { completions: { create: async () => engine.answer() } };
    reload = () => engine.reload();
    unload = async (): Promise<void> => undefined;
    interruptGenerate = (): void => undefined;
  },
}));

const model: RuntimeModel = {
  runtime: 'webLlm',
  id: 'tiny',
  name: 'Tiny',
  source: { kind: 'prebuilt' },
  webGpu: 'required',
  features: [],
};
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const withGpu = (adapter: object | null): void => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } });
};

beforeEach(() => withGpu({}));
afterEach(() => vi.unstubAllGlobals());

it('says that the model needs WebGPU where there is none, or no GPU answers', async () => {
  for (const navigator of [{}, { gpu: { requestAdapter: async () => null } }]) {
    vi.stubGlobal('navigator', navigator);
    await expect(createWebLlmService().load({ model }, context)).rejects.toMatchObject({
      code: 'RUNTIME_NO_WEBGPU',
      facts: { model: 'tiny' },
    });
  }
});

it('says that a model could not be started, in the words of the library, and has none then', async () => {
  const service = createWebLlmService();
  engine.reload = () => Promise.reject(new Error('Cannot allocate 9 GB'));
  await expect(service.load({ model }, context)).rejects.toMatchObject({
    code: 'RUNTIME_LOAD_FAILED',
    facts: { model: 'tiny', details: 'Error: Cannot allocate 9 GB' },
  });
  await expect(service.chat({ messages: [] }, context)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'RUNTIME_MODEL_NOT_LOADED',
  });
});

it('says that the runtime stopped in the middle of an answer, after what it had said, and answers the next', async () => {
  const service = createWebLlmService();
  engine.reload = () => Promise.resolve();
  await service.load({ model }, context);
  let failing = true;
  engine.answer = async function* () {
    yield { choices: [{ delta: { content: 'Once ' } }] };
    if (failing) throw new Error('GPUDevice was lost');
    yield { choices: [{ delta: { content: 'upon' }, finish_reason: 'stop' }] };
  };
  let said = '';
  const ask = async (): Promise<void> => {
    said = '';
    for await (const { delta } of service.chat({ messages: [{ role: 'user', content: 'Tell.' }] }, context))
      said += delta;
  };
  await expect(ask()).rejects.toMatchObject({
    code: 'RUNTIME_FAILED',
    facts: { details: 'Error: GPUDevice was lost' },
  });
  expect(said).toBe('Once ');
  failing = false;
  await ask();
  expect(said).toBe('Once upon');
});
