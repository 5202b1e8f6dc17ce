// Golden data on a real browser's WebGPU: what `npm run conformance` measures on Dawn, for a tiny model, an adapter, and
// SmolLM2, if `npm run model -- smollm2` has fetched it (otherwise skipped).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plainConfig from '../../test/golden/engine-formats/adapters/llama-plain-qv/adapter_config.json';
import smollm2Config from '../../test/golden/real/smollm2/adapter/adapter_config.json';
import smollm2 from '../../test/golden/real/smollm2/golden.json';
import { readAdapter } from './adapter/readAdapter.ts';
import type { Backend } from './backend.ts';
import type { ChatMessage } from './chat/types.ts';
import { createSession, type Session } from './model/createSession.ts';
import type { LoadedModel } from './model/decoderWeights.ts';
import { uploadAdapter } from './model/deviceAdapter.ts';
import { loadModel } from './model/loadModel.ts';
import { observeLayers } from './model/observeLayers.ts';
import type { ModelFile } from './modelFile.ts';
import { openModelFile } from './openModelFile.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors/openSafetensors.ts';
import { openTokenizer } from './tokenizer/openTokenizer.ts';
import { acquireDevice } from './webgpu/acquireDevice.ts';
import { createWebGpuBackend } from './webgpu/createWebGpuBackend.ts';

async function fetchBlob(path: string): Promise<Blob> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return await response.blob();
}

const golden = '/test/golden';
const openTensors = async (path: string): Promise<SafetensorsFile> =>
  openSafetensors({ name: path, blob: await fetchBlob(path) });
const bytesOf = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetchBlob(path)).arrayBuffer());

async function read(file: SafetensorsFile, name: string): Promise<ArrayBuffer> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new Error(`${name} is missing`);
  return (await tensor.read()).buffer;
}
const floats = async (file: SafetensorsFile, name: string): Promise<Float32Array> =>
  new Float32Array(await read(file, name));
const ids = async (file: SafetensorsFile, name: string): Promise<number[]> => [
  ...new Int32Array(await read(file, name)),
];

/** Infinite if a value is missing or NaN. */
function largestDifference(actual: ArrayLike<number>, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs(value - (actual[index] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

let backend: Backend;
beforeAll(async () => {
  backend = createWebGpuBackend(await acquireDevice());
});
afterAll(() => backend.destroy());

describe('tiny-llama', () => {
  const folder = `${golden}/engine/tiny-llama`;
  let model: LoadedModel;
  let session: Session;
  let expected: SafetensorsFile;
  beforeAll(async () => {
    const files = await Promise.all(
      ['config.json', 'model.safetensors'].map(async (name) => ({ name, blob: await fetchBlob(`${folder}/${name}`) })),
    );
    model = await loadModel(backend, await openModelFile(files));
    session = createSession(model);
    expected = await openTensors(`${folder}/golden.safetensors`);
  });
  afterAll(() => {
    session.destroy();
    model.destroy();
  });

  it.each([
    [1, 'logits_1'],
    [37, 'logits_37'],
    [100, 'logits_100_last8'],
  ])('logits of %i tokens', async (length, name) => {
    session.truncate(0);
    const logits = await session.forwardAllLogits(await ids(expected, `prompt_${length}`));
    const wanted = await floats(expected, name);
    expect(largestDifference(logits.subarray(logits.length - wanted.length), wanted)).toBeLessThan(2e-4);
  });

  it('greedy text through the cache', async () => {
    const wanted = (await ids(expected, 'greedy_37')).slice(0, 24);
    session.truncate(0);
    const text = [await session.forwardArgmax(await ids(expected, 'prompt_37'))];
    while (text.length < wanted.length) text.push(await session.forwardArgmax(text.slice(-1)));
    expect(text).toEqual(wanted);
  });

  it('hidden states', async () => {
    const hidden = await observeLayers(model, await ids(expected, 'prompt_37'));
    expect(largestDifference(hidden, await floats(expected, 'hidden_37'))).toBeLessThan(2e-4);
  });

  it('an unmerged adapter', async () => {
    const place = `${golden}/engine-formats/adapters/llama-plain-qv`;
    const tensors = await openTensors(`${place}/golden.safetensors`);
    const { modules } = await readAdapter({
      config: plainConfig,
      weights: await bytesOf(`${place}/adapter_model.safetensors`),
      model: model.config,
    });
    const adapter = uploadAdapter(backend, 'plain', modules, model.config.layerCount);
    session.useAdapter(adapter);
    session.truncate(0);
    const logits = await session.forwardAllLogits(await ids(tensors, 'prompt_37'));
    expect(largestDifference(logits, await floats(tensors, 'f32/logits_37'))).toBeLessThan(1e-3);
    session.useAdapter(undefined);
    session.forgetAdapter(adapter);
    adapter.destroy();
  });
});

// A development server answers an unknown path with the app's page.
const weightsPath = `/.cache/models/${smollm2.file}`;
const fetched = await fetch(weightsPath, { method: 'HEAD' });
const isThere = fetched.ok && !(fetched.headers.get('content-type') ?? '').includes('html');

describe.skipIf(!isThere)('SmolLM2-135M-Instruct', () => {
  const folder = `${golden}/real/smollm2`;
  let file: ModelFile;
  let model: LoadedModel;
  let session: Session;
  let expected: SafetensorsFile;
  beforeAll(async () => {
    file = await openModelFile([{ name: smollm2.file, blob: await fetchBlob(weightsPath) }]);
    model = await loadModel(backend, file, { contextLength: 128 });
    session = createSession(model);
    expected = await openTensors(`${folder}/golden.safetensors`);
  }, 300_000);
  afterAll(() => {
    session.destroy();
    model.destroy();
  });

  const tokenizer = () => {
    const { tokenizerJson = {}, tokenizerConfig = {}, chatTemplate = '', config } = file;
    return openTokenizer({ tokenizerJson, tokenizerConfig, chatTemplate, endOfSequenceIds: config.endOfSequenceIds });
  };

  it('tokenizer cases and chats as ids', () => {
    const { encode, decode, encodeChat, renderChat } = tokenizer();
    for (const each of smollm2.tokenizer) {
      expect(encode(each.text, { parseSpecial: true })).toEqual(each.ids);
      expect(decode(each.ids)).toBe(each.decoded);
    }
    for (const chat of smollm2.chats) {
      const messages = chat.messages as ChatMessage[];
      expect(renderChat(messages, true)).toBe(chat.rendered);
      expect(encodeChat(messages, { addGenerationPrompt: true })).toEqual(chat.ids);
    }
  });

  it('logits and answer of the first chat', async () => {
    const [chat] = smollm2.chats as [(typeof smollm2.chats)[0]];
    session.truncate(0);
    const logits = await session.forward(chat.ids);
    expect(largestDifference(logits, await floats(expected, 'chat0.last_logits'))).toBeLessThan(2e-3);
    const answer = [logits.indexOf(Math.max(...logits))];
    while (answer.length < chat.greedy.length) answer.push(await session.forwardArgmax(answer.slice(-1)));
    expect(answer).toEqual(chat.greedy);
    expect(tokenizer().decode(answer)).toBe(chat.text);
  }, 300_000);

  it('logits with an adapter', async () => {
    const [chat] = smollm2.chats as [(typeof smollm2.chats)[0]];
    const weights = await bytesOf(`${folder}/adapter/adapter_model.safetensors`);
    const { modules } = await readAdapter({ config: smollm2Config, weights, model: model.config });
    const adapter = uploadAdapter(backend, 'golden', modules, model.config.layerCount);
    session.useAdapter(adapter);
    session.truncate(0);
    const logits = await session.forward(chat.ids);
    expect(largestDifference(logits, await floats(expected, 'adapter.chat0.last_logits'))).toBeLessThan(2e-3);
    session.useAdapter(undefined);
    session.forgetAdapter(adapter);
    adapter.destroy();
  }, 300_000);
});
