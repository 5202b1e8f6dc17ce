// Transformers.js in its worker: a real ONNX decoder from the test's own hub, against PyTorch's greedy ids.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ChatMessage, createChatCompletions } from '../src/engine/index.ts';
import { openSafetensors } from '../src/engine/safetensors/openSafetensors.ts';
import { connect, type Remote } from '../src/lib/rpc.ts';
import {
  type LoadRuntimeModelRequest,
  onnxChoices,
  type RuntimeModel,
  type RuntimeService,
} from '../src/models/index.ts';
import type { ObservedTransformers } from '../src/models/runtimes/testing/observedTransformers.ts';
import { createHubWorld, type HubWorld } from '../src/models/testing/hubWorld.ts';

const repository = 'tributary/tiny-llama-onnx';
const golden = (name: string): { golden: string } => ({ golden: `engine/tiny-llama-onnx/${name}` });
const token = 'hf_secret';
let world: HubWorld;
const [model] = onnxChoices({
  repository,
  revision: 'main',
  files: [{ name: 'onnx/model.onnx', bytes: 904_105 }],
}) as [RuntimeModel];

let goldenIds: (name: string) => Promise<number[]>;
beforeAll(async () => {
  world = await createHubWorld({
    token,
    repositories: {
      [repository]: {
        commit: '0'.repeat(40),
        tags: ['text-generation'],
        gated: true,
        files: {
          'config.json': { content: golden('config.json') },
          'tokenizer.json': { content: golden('tokenizer.json') },
          // The template where newer repositories have it.
          'tokenizer_config.json': { content: { json: { tokenizer_class: 'PreTrainedTokenizerFast' } } },
          'chat_template.jinja': {
            content: {
              text: "{% for turn in messages %}{% if turn['role'] == 'user' %}{{ turn['content'] }}{% endif %}{% endfor %}",
            },
          },
          'onnx/model.onnx': { content: golden('onnx/model.onnx'), lfs: true },
        },
      },
    },
  });
  const response = await fetch(new URL('../test/golden/engine/tiny-llama/golden.safetensors', import.meta.url));
  const { tensors } = await openSafetensors({ name: 'golden', blob: await response.blob() });
  goldenIds = async (name) => {
    const bytes = await tensors.get(name)?.read();
    if (bytes === undefined) throw new Error(`golden tensor ${name} is missing`);
    return [...new Int32Array(bytes.slice().buffer)];
  };
});

/** The fixture's tokenizer writes id 17 as `t17`. */
const textOf = (ids: readonly number[]): string => ids.map((id) => `t${id}`).join('');
const asking = async (length: number, count?: number): Promise<{ messages: ChatMessage[]; expected: string }> => ({
  messages: [
    // The template leaves it out; without the template it would be read.
    { role: 'system', content: 't3' },
    { role: 'user', content: textOf(await goldenIds(`prompt_${length}`)) },
  ],
  expected: textOf((await goldenIds(`greedy_${length}`)).slice(0, count)),
});

describe.each(['processor', 'gpu'] as const)('Transformers.js on the %s', (device) => {
  let worker: Worker;
  let runtime: Remote<ObservedTransformers>;
  const shares: number[] = [];
  beforeAll(async () => {
    worker = new Worker(new URL('../src/models/runtimes/testing/observedTransformers.ts', import.meta.url), {
      type: 'module',
    });
    runtime = connect<ObservedTransformers>(worker);
    const request: LoadRuntimeModelRequest = { model, hub: world.hub, token, device };
    const onProgress = ({ share }: { share: number }): number => shares.push(share);
    expect(await runtime.load(request, { onProgress })).toEqual({ device, contextLength: 512 });
  });
  afterAll(() => worker.terminate());

  it('samples the golden ids', async () => {
    // In software a graphics device takes half a second a token.
    const count = device === 'gpu' ? 16 : 64;
    const completions = createChatCompletions(runtime, { model: model.id });
    for (const length of [1, 37]) {
      const { messages, expected } = await asking(length, count);
      const answer = await completions.create({ messages, temperature: 0, max_tokens: count });
      expect(answer.choices[0].message.content).toBe(expected);
      expect(answer.usage).toEqual({ prompt_tokens: length, completion_tokens: count, total_tokens: length + count });
      expect(answer.choices[0].finish_reason).toBe('length');
    }
    expect(shares.at(-1)).toBe(1);
  });

  it('stops, aborts and answers again', async () => {
    const { messages, expected } = await asking(37);
    const completions = createChatCompletions(runtime, { model: model.id });
    const [first = '', second = ''] = expected.match(/t\d+/g) ?? [];
    const stopped = await completions.create({ messages, temperature: 0, stop: second.slice(1) });
    expect(stopped.choices[0]).toMatchObject({ message: { content: `${first}t` }, finish_reason: 'stop' });

    const abort = new AbortController();
    const stream = await completions.create({ messages, temperature: 0, stream: true }, { signal: abort.signal });
    await expect(
      (async () => {
        for await (const _ of stream) abort.abort();
      })(),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    const again = await completions.create({ messages, temperature: 0, max_tokens: 4 });
    expect(expected.startsWith(again.choices[0].message.content)).toBe(true);
  });

  it('computes probabilities and repeats a seed', async () => {
    const { messages, expected } = await asking(1);
    const completions = createChatCompletions(runtime, { model: model.id });
    const ask = { messages, max_tokens: 5, logprobs: true, top_logprobs: 2 } as const;
    const { choices } = await completions.create({ ...ask, temperature: 0 });
    for (const { token, top_logprobs } of choices[0].logprobs?.content ?? [])
      expect(top_logprobs[0]?.token).toBe(token);
    expect(choices[0].logprobs?.content.map(({ token }) => token).join('')).toBe(choices[0].message.content);
    expect(expected.startsWith(choices[0].message.content)).toBe(true);
    const sampled = async (seed: number): Promise<string> =>
      (await completions.create({ messages, max_tokens: 8, seed })).choices[0].message.content;
    expect(await sampled(5)).toBe(await sampled(5));
    expect(await sampled(5)).not.toBe(await sampled(6));
  });

  it('refuses what it does not compute', async () => {
    const { messages } = await asking(1);
    const completions = createChatCompletions(runtime, { model: model.id });
    await expect(completions.create({ messages, adapterId: 'poems' })).rejects.toMatchObject({
      code: 'CHAT_REQUEST_UNSUPPORTED',
      facts: { field: 'adapterId' },
    });
  });

  it('has asked its hub and its own server alone, for files, and showed the token to nobody else', async () => {
    const addresses = (await runtime.requests({})).map((address) => new URL(address));
    const { hub, cdn } = inject('hubServer');
    expect(addresses.filter(({ origin }) => ![hub, cdn, location.origin].includes(origin))).toEqual([]);
    expect(addresses.some(({ pathname }) => /ort-wasm-simd-threaded\.asyncify[^/]*\.wasm$/.test(pathname))).toBe(true);
    const log = await world.log();
    expect(log.length).toBeGreaterThan(3);
    expect(
      log.every(({ method, path }) => /^(GET|HEAD)$/.test(method) && path.startsWith(`${repository}/resolve/main/`)),
    ).toBe(true);
    expect(
      log.filter(({ server }) => server === 'hub').every(({ authorization }) => authorization.includes(token)),
    ).toBe(true);
    expect(log.filter(({ server, authorization }) => server === 'cdn' && authorization !== '')).toEqual([]);
  });
});

it('keeps a model until it is removed, says what could not be had, and stays usable', async () => {
  const worker = new Worker(new URL('./transformers.ts', import.meta.url), { type: 'module' });
  const runtime = connect<RuntimeService>(worker);
  const load = (more: Partial<LoadRuntimeModelRequest>): Promise<unknown> =>
    runtime.load({ model, hub: world.hub, device: 'processor', ...more });
  const failed = { code: 'RUNTIME_DOWNLOAD_FAILED' };
  await load({ token });
  const before = (await world.log()).length;
  await load({});
  expect((await world.log()).slice(before).filter(({ path }) => /onnx$|jinja$/.test(path))).toEqual([]);

  await runtime.remove({ model, hub: world.hub });
  await expect(load({ token: 'wrong' })).rejects.toMatchObject(failed);
  await expect(load({ hub: 'http://127.0.0.1:9' })).rejects.toMatchObject(failed);
  const source = { kind: 'onnx', repository, revision: 'main', format: 'q4' } as const;
  await expect(load({ token, model: { ...model, source } })).rejects.toMatchObject(failed);
  await expect(runtime.chat({ messages: [] })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'RUNTIME_MODEL_NOT_LOADED',
  });
  await load({ token });
  worker.terminate();
});
