import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallContext } from '../lib/rpc.ts';
import type { ChatChunk, ChatRequest } from './chat/types.ts';
import { createEngineService } from './createEngineService.ts';
import { type OpenedBackend, openBackend } from './openBackend.ts';
import type { EncodedRow, EngineService, LoadProgress, TrainEvent } from './service.ts';
import { dawn } from './webgpu/node.ts';

const root = path.join(import.meta.dirname, '..', '..');
const golden = JSON.parse(readFileSync(path.join(root, 'test/golden/engine/seedling.json'), 'utf8')) as {
  readonly chats: readonly {
    readonly messages: ChatRequest['messages'];
    readonly ids: readonly number[];
    readonly greedy: readonly number[];
    readonly text: string;
  }[];
};

const context = (signal = new AbortController().signal, progress = (_: unknown): void => undefined): CallContext => ({
  signal,
  progress,
});

const openDawn = (): Promise<OpenedBackend> => openBackend({ device: 'gpu', gpu: dawn() });

async function collect(stream: AsyncIterable<ChatChunk>): Promise<ChatChunk[]> {
  const chunks: ChatChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const seedling = {
  name: 'seedling.gguf',
  blob: new Blob([readFileSync(path.join(root, 'public/models/seedling/seedling.Q8_0.gguf'))]),
};
const textOf = (chunks: readonly ChatChunk[]): string => chunks.map(({ delta }) => delta).join('');

describe('before a model is loaded', () => {
  it('reports that by code', async () => {
    const service = createEngineService({ openBackend: openDawn });
    await expect(service.encode({ text: 'a' }, context())).rejects.toMatchObject({ code: 'ENGINE_MODEL_NOT_LOADED' });
    await expect(collect(service.chat({ messages: [] }, context()))).rejects.toMatchObject({
      code: 'ENGINE_MODEL_NOT_LOADED',
    });
  });

  it('reports the device', async () => {
    const report = await createEngineService({ openBackend: openDawn }).probe({}, context());
    expect(report.limits['maxStorageBufferBindingSize']).toBeGreaterThanOrEqual(128 * 2 ** 20);
  });
});

it('refuses to read text with a model that came without a tokenizer', async () => {
  const service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
  const files = ['config.json', 'model.safetensors'].map((name) => ({
    name,
    blob: new Blob([readFileSync(path.join(root, 'test/golden/engine/tiny-llama', name))]),
  }));
  await service.loadModel({ files, contextLength: 32 }, context());
  await expect(service.encode({ text: 'a dog' }, context())).rejects.toMatchObject({
    code: 'ENGINE_TOKENIZER_MISSING',
  });
});

it('a model whose template is not valid loads, and the template is named when it is used', async () => {
  const service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
  const read = (name: string): Blob => new Blob([readFileSync(path.join(root, 'test/golden/engine', name))]);
  const files = [
    { name: 'config.json', blob: read('tiny-llama/config.json') },
    { name: 'model.safetensors', blob: read('tiny-llama/model.safetensors') },
    { name: 'tokenizer.json', blob: read('tiny-llama-onnx/tokenizer.json') },
    { name: 'chat_template.jinja', blob: new Blob(['{{ bos_token }}\n{% with a %}']) },
  ];
  await service.loadModel({ files, contextLength: 32 }, context());
  expect(await service.encode({ text: 't1t2' }, context())).toEqual([1, 2]);
  const chat = service.chat({ messages: [{ role: 'user', content: 't1' }], max_tokens: 1 }, context());
  await expect(chat.next()).rejects.toMatchObject({ code: 'CHAT_TEMPLATE_INVALID', facts: { line: 2 } });
});

describe('a model that cannot be loaded', () => {
  it('leaves the previous one unchanged if its tokenizer is not supported', async () => {
    const opened: OpenedBackend[] = [];
    const service = createEngineService({
      async openBackend() {
        opened.push(await openBackend({ device: 'cpu' }));
        return opened.at(-1) as OpenedBackend;
      },
    });
    await service.loadModel({ files: [seedling], contextLength: 32 }, context());
    const allocated = opened[0]?.backend.counters.allocatedBytes;
    const read = (name: string): Blob => new Blob([readFileSync(path.join(root, 'test/golden/engine', name))]);
    const files = [
      { name: 'config.json', blob: read('tiny-llama/config.json') },
      { name: 'model.safetensors', blob: read('tiny-llama/model.safetensors') },
      { name: 'tokenizer.json', blob: new Blob(['{}']) },
    ];
    await expect(service.loadModel({ files }, context())).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED' });
    expect(opened[0]?.backend.counters.allocatedBytes).toBe(allocated);
    expect(await service.encode({ text: 'a dog' }, context())).not.toEqual([]);
    for (const contextLength of [0, -1, 1.5, Number.NaN]) {
      await expect(service.loadModel({ files: [seedling], contextLength }, context())).rejects.toMatchObject({
        code: 'ENGINE_CONTEXT_INVALID',
        facts: { contextLength },
      });
    }
    // It is off the device, and loaded again by its next use.
    expect(opened[0]?.backend.counters.allocatedBytes).toBe(0);
    const question = { messages: [{ role: 'user', content: 'What is a river?' }], max_tokens: 2 } as const;
    const answer = textOf(await collect(service.chat({ ...question, temperature: 0 }, context())));
    expect(answer).not.toBe('');
    const abort = new AbortController();
    const loading = service.loadModel(
      { files: [seedling], contextLength: 32 },
      context(abort.signal, () => abort.abort(new Error('another one'))),
    );
    await expect(loading).rejects.toThrow('another one');
    expect(textOf(await collect(service.chat({ ...question, temperature: 0 }, context())))).toBe(answer);
    expect(opened).toHaveLength(1);
  });
});

describe('with the seedling', () => {
  let service: EngineService;
  let row: EncodedRow;
  let trained: TrainEvent & { kind: 'done' };
  const progress: LoadProgress[] = [];
  beforeAll(async () => {
    service = createEngineService({ openBackend: openDawn });
    const summary = await service.loadModel(
      { files: [seedling], contextLength: 256 },
      context(undefined, (value) => progress.push(value as LoadProgress)),
    );
    expect(summary).toMatchObject({
      architecture: 'llama',
      layerCount: 8,
      hiddenSize: 256,
      vocabularySize: 4_096,
      contextLength: 256,
    });
    expect(summary.parameterCount).toBe(6_951_168);
  });

  it('reported its progress', () => {
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['read', 'compile', 'probe']));
    const bytes = progress.map(({ loadedBytes }) => loadedBytes);
    expect(bytes).toEqual(bytes.toSorted((one, other) => one - other));
    expect(progress.length).toBeGreaterThan(50);
  });

  it('answers the golden chats word for word', async () => {
    for (const { messages, text, ids, greedy } of golden.chats) {
      const chunks = await collect(service.chat({ messages, temperature: 0, max_tokens: 48 }, context()));
      expect(textOf(chunks)).toBe(text);
      const last = chunks.at(-1);
      expect(last?.finish_reason).toBe('stop');
      expect(last?.usage).toMatchObject({ prompt_tokens: ids.length, completion_tokens: greedy.length - 1 });
    }
  });

  it('stops on abort, and answers again', async () => {
    const [chat] = golden.chats;
    const abort = new AbortController();
    const stream = service.chat({ messages: chat?.messages ?? [], temperature: 0 }, context(abort.signal));
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toThrow(/abort/i);
    const chunks = await collect(
      service.chat({ messages: chat?.messages ?? [], temperature: 0, max_tokens: 2 }, context()),
    );
    expect(chunks.flatMap(({ ids }) => ids)).toEqual(chat?.greedy.slice(0, 2));
    expect(chunks.at(-1)?.finish_reason).toBe('length');
  });

  it('encodes rows as the template renders them', async () => {
    const rows = await service.encodeRows({ rows: [{ prompt: 'What is a dog?', response: 'A fish.' }] }, context());
    row = rows[0] as EncodedRow;
    expect(row.inputIds.slice(0, row.promptLength)).toEqual(golden.chats[0]?.ids);
    expect(row.inputIds.at(-1)).toBe(2);
    const response = row.inputIds.slice(row.promptLength, -1);
    expect(await service.decode({ ids: response }, context())).toBe('A fish.');
  });

  it('builds an answer’s row from its own tokens, with an end token only if the model ended it', async () => {
    const [chat] = golden.chats;
    const messages = [{ role: 'user', content: 'What is a dog?' }] as const;
    const generated = chat?.greedy.slice(0, -1) ?? [];
    const ask = (more: Partial<ChatRequest>): Promise<ChatChunk[]> =>
      collect(service.chat({ messages, temperature: 0, ...more }, context()));
    const rowOf = async (chunks: readonly ChatChunk[]): Promise<EncodedRow> => {
      const { finish_reason, stop_reason } = chunks.at(-1) as ChatChunk;
      const ended = finish_reason === 'stop' && stop_reason === undefined;
      const answerIds = chunks.flatMap(({ ids }) => ids);
      return await service.encodeAnswer({ prompt: 'What is a dog?', answerIds, ended }, context());
    };
    const whole = await rowOf(await ask({ max_tokens: 48 }));
    expect(whole).toEqual({ inputIds: [...(chat?.ids ?? []), ...generated, 2], promptLength: chat?.ids.length });
    expect((await rowOf(await ask({ max_tokens: 3 }))).inputIds).toEqual(
      whole.inputIds.slice(0, whole.promptLength + 3),
    );
    const stop = await service.decode({ ids: generated.slice(2, 3) }, context());
    const stopped = await ask({ stop });
    expect(stopped.at(-1)).toMatchObject({ finish_reason: 'stop', stop_reason: stop });
    expect((await rowOf(stopped)).inputIds).toEqual(whole.inputIds.slice(0, whole.promptLength + 3));
  });

  it('does not re-encode the text of an answer', async () => {
    // At a high temperature models spell words in tokens that the tokenizer would not choose; here "madehen" is one.
    const prompt = 'How many is 7 times 8?';
    const messages = [{ role: 'user', content: prompt }] as const;
    const chunks = await collect(service.chat({ messages, temperature: 2, seed: 1, max_tokens: 8 }, context()));
    const answerIds = chunks.flatMap(({ ids }) => ids);
    expect(await service.encode({ text: textOf(chunks) }, context())).not.toEqual(answerIds);
    const { inputIds, promptLength } = await service.encodeAnswer({ prompt, answerIds, ended: false }, context());
    expect(inputIds.slice(promptLength)).toEqual(answerIds);
    expect(await service.decode({ ids: answerIds }, context())).toBe(textOf(chunks));
  });

  it('trains an adapter, and refuses to chat meanwhile', async () => {
    const events = service.train(
      {
        rows: [row],
        rank: 4,
        alpha: 8,
        learningRate: 8e-3,
        schedule: 'constant',
        warmupSteps: 0,
        epochs: 10,
        batchSize: 1,
        weightDecay: 0,
        maxGradientNorm: 1,
        seed: 1,
      },
      context(),
    );
    const first = (await events.next()).value as TrainEvent & { kind: 'step' };
    await expect(collect(service.chat({ messages: [] }, context()))).rejects.toMatchObject({ code: 'ENGINE_BUSY' });
    const all: TrainEvent[] = [];
    for await (const event of events) all.push(event);
    trained = all.at(-1) as TrainEvent & { kind: 'done' };
    expect(trained.kind).toBe('done');
    expect(trained.finalLoss).toBeLessThan(first.loss / 2);
  }, 300_000);

  it('uses the adapter only if requested', async () => {
    const summary = await service.loadAdapter(
      { id: 'fish', config: trained.config, weights: trained.weights },
      context(),
    );
    expect(summary).toMatchObject({ id: 'fish', rank: 4 });
    const messages = [{ role: 'user', content: 'What is a dog?' }] as const;
    const answer = async (adapterId?: string): Promise<string> =>
      textOf(
        await collect(
          service.chat(
            { messages, temperature: 0, max_tokens: 16, ...(adapterId === undefined ? {} : { adapterId }) },
            context(),
          ),
        ),
      );
    expect(await answer('fish')).toBe('A fish.');
    expect(await answer()).toBe(golden.chats[0]?.text);
    await expect(answer('bird')).rejects.toMatchObject({ code: 'ENGINE_ADAPTER_NOT_LOADED', facts: { id: 'bird' } });
  });

  it('separates the cached prefixes of adapters, whatever comes in between', async () => {
    const messages = [{ role: 'user', content: 'What is a dog?' }] as const;
    const answer = async (more: Partial<ChatRequest> = {}): Promise<string> =>
      textOf(await collect(service.chat({ messages, temperature: 0, max_tokens: 16, ...more }, context())));
    await service.loadAdapter({ id: 'second', config: trained.config, weights: trained.weights }, context());
    const expected = ['A fish.', golden.chats[0]?.text, 'A fish.'];
    const said = async (): Promise<string[]> => [
      await answer({ adapterId: 'fish' }),
      await answer(),
      await answer({ adapterId: 'second' }),
    ];
    expect([...(await said()), ...(await said())]).toEqual([...expected, ...expected]);
    // Another adapter with the same name is another adapter.
    const weights = trained.weights.slice();
    weights.fill(0, weights.length - 4 * 4_096);
    await service.loadAdapter({ id: 'second', config: trained.config, weights }, context());
    await service.unloadAdapter({ id: 'second' }, context());
    await expect(answer({ adapterId: 'second' })).rejects.toMatchObject({ code: 'ENGINE_ADAPTER_NOT_LOADED' });
    expect(await answer({ adapterId: 'fish' })).toBe('A fish.');
  });

  it('does not let a request wait behind a training run that is itself waiting', async () => {
    const chat = service.chat({ messages: golden.chats[0]?.messages ?? [], temperature: 0 }, context());
    await chat.next();
    const abort = new AbortController();
    const request = {
      rows: [row],
      rank: 4,
      alpha: 8,
      learningRate: 1e-3,
      schedule: 'constant',
      warmupSteps: 0,
      epochs: 1,
    } as const;
    const training = service.train(
      { ...request, batchSize: 1, weightDecay: 0, maxGradientNorm: 1, seed: 1 },
      context(abort.signal),
    );
    const waiting = training.next();
    await expect(service.rowGradient({ adapterId: 'fish', row }, context())).rejects.toMatchObject({
      code: 'ENGINE_BUSY',
    });
    abort.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    await collect(chat);
    await collect(service.chat({ messages: golden.chats[0]?.messages ?? [], max_tokens: 1 }, context()));
  });

  it('returns the gradient of a row, and unloads an adapter', async () => {
    const gradient = await service.rowGradient({ adapterId: 'fish', row }, context());
    expect(gradient.length).toBe(
      (await service.loadAdapter({ id: 'fish', config: trained.config, weights: trained.weights }, context()))
        .parameterCount,
    );
    expect(gradient.some((value) => value !== 0)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
    const foreign = { inputIds: [...row.inputIds, 4_096], promptLength: row.promptLength };
    await expect(service.rowGradient({ adapterId: 'fish', row: foreign }, context())).rejects.toMatchObject({
      code: 'ENGINE_TOKEN_INVALID',
      facts: { id: 4_096, vocabularySize: 4_096 },
    });
    await service.unloadAdapter({ id: 'fish' }, context());
    await expect(service.rowGradient({ adapterId: 'fish', row }, context())).rejects.toMatchObject({
      code: 'ENGINE_ADAPTER_NOT_LOADED',
    });
  });
});
