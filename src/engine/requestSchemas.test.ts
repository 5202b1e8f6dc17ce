// Whatever a caller sends to the engine, it answers with a typed error or an answer, and nothing of the model has changed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeOf, damagedRequest, outcomeOf } from '../../test/support/damagedRequest.ts';
import type { CallContext } from '../lib/rpc.ts';
import { createEngineService } from './createEngineService.ts';
import { openBackend } from './openBackend.ts';
import type { EncodedRow, EngineService, TrainEvent, TrainRequest } from './service.ts';

const root = path.join(import.meta.dirname, '../../test/golden/engine');
const file = (folder: string, name: string) => ({
  name,
  blob: new Blob([readFileSync(path.join(root, folder, name))]),
});
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const messages = [{ role: 'user', content: 't7t8t9' }] as const;

let service: EngineService;
let answer: string;
const row: EncodedRow = { inputIds: [1, 2, 3, 4], promptLength: 2 };
const training: TrainRequest = {
  rows: [row],
  rank: 2,
  alpha: 4,
  learningRate: 0.001,
  schedule: 'constant',
  warmupSteps: 0,
  epochs: 1,
  batchSize: 1,
  weightDecay: 0,
  maxGradientNorm: 1,
  seed: 1,
};

async function ask(): Promise<string> {
  let text = '';
  for await (const { delta } of service.chat({ messages, temperature: 0, max_tokens: 8 }, context)) text += delta;
  return text;
}

beforeAll(async () => {
  service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
  const files = [
    file('tiny-llama', 'config.json'),
    file('tiny-llama', 'model.safetensors'),
    file('tiny-llama-onnx', 'tokenizer.json'),
  ];
  await service.loadModel({ files, contextLength: 64 }, context);
  answer = await ask();
  expect(answer).not.toBe('');
  const events: TrainEvent[] = [];
  for await (const event of service.train(training, context)) events.push(event);
  const { config, weights } = events.find((event) => event.kind === 'done') as TrainEvent & { kind: 'done' };
  await service.loadAdapter({ id: 'a', config, weights }, context);
});

const outcome = (method: keyof EngineService, request: unknown): Promise<unknown> =>
  outcomeOf(() => (service[method] as (request: unknown, context: CallContext) => unknown)(request, context));

describe('is refused by its field, and the model answers as before', () => {
  it.each<[keyof EngineService, unknown, object]>([
    [
      'train',
      { ...training, rows: [row, { inputIds: [1, 2, 3] }] },
      { code: 'TRAIN_REQUEST_INVALID', facts: { row: 1 } },
    ],
    ['train', { ...training, maxSteps: Number.NaN }, { code: 'TRAIN_REQUEST_INVALID', facts: { field: 'maxSteps' } }],
    ['train', undefined, { code: 'TRAIN_REQUEST_INVALID' }],
    [
      'rowGradient',
      { adapterId: 'a', row: { inputIds: [1, 999_999], promptLength: 1 } },
      { code: 'ENGINE_TOKEN_INVALID', facts: { id: 999_999 } },
    ],
    [
      'rowGradient',
      { adapterId: 'a', row: { inputIds: [1, 2] } },
      { code: 'REQUEST_INVALID', facts: { field: 'row.promptLength' } },
    ],
    ['rowGradient', { adapterId: 'none', row }, { code: 'ENGINE_ADAPTER_NOT_LOADED' }],
    ['decode', { ids: [999_999] }, { code: 'ENGINE_TOKEN_INVALID' }],
    ['decode', { ids: [-1] }, { code: 'REQUEST_INVALID', facts: { field: 'ids[0]', value: -1 } }],
    ['encode', {}, { code: 'REQUEST_INVALID', facts: { method: 'encode', field: 'text' } }],
    ['encode', undefined, { code: 'REQUEST_INVALID', facts: { field: '' } }],
    ['encodeRows', { rows: [{ prompt: 'a' }] }, { code: 'REQUEST_INVALID', facts: { field: 'rows[0].response' } }],
    ['encodeAnswer', { prompt: '', answerIds: [999_999], ended: true }, { code: 'ENGINE_TOKEN_INVALID' }],
    ['loadAdapter', { id: 'b', config: null, weights: [] }, { code: 'REQUEST_INVALID', facts: { field: 'config' } }],
    ['loadModel', { files: [] }, { code: 'REQUEST_INVALID', facts: { field: 'files' } }],
    [
      'loadModel',
      { files: [{ name: 'a', blob: 'bytes' }] },
      { code: 'REQUEST_INVALID', facts: { field: 'files[0].blob' } },
    ],
    ['measureQuality', { text: 5 }, { code: 'REQUEST_INVALID', facts: { field: 'text' } }],
    ['probe', { device: 'tpu' }, { code: 'REQUEST_INVALID', facts: { field: 'device', value: 'tpu' } }],
  ])('%s %#', async (method, request, refusal) => {
    expect(await outcome(method, request)).toMatchObject(refusal);
    expect(await ask()).toBe(answer);
  });
});

it('whatever is sent, errors are typed and the model answers as before', { timeout: 240_000 }, async () => {
  const valid: Partial<Record<keyof EngineService, object>> = {
    train: { ...training, maxSteps: 1 },
    rowGradient: { adapterId: 'a', row },
    encode: { text: 'a' },
    decode: { ids: [1] },
    encodeRows: { rows: [{ prompt: 'a', response: 'b' }] },
    encodeAnswer: { prompt: 'a', answerIds: [1], ended: true },
    chat: { messages, max_tokens: 2, temperature: 0 },
    // Never a request that succeeds: it would replace what the test uses.
    loadAdapter: { id: 'b', config: {}, weights: new Uint8Array() },
    loadModel: { files: [] },
    inspectModel: { files: [] },
    convertModel: { files: [] },
    measureQuality: { text: '' },
    unloadAdapter: { id: 'none' },
    probe: {},
  };
  const calls = Object.entries(valid).map(([method, request]) =>
    fc.tuple(fc.constant(method as keyof EngineService), damagedRequest(request)),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(...calls), async ([method, request]) => {
      // What computes for long is not what is tried here.
      const { epochs, batchSize, rank } = (request ?? {}) as Partial<TrainRequest>;
      fc.pre(
        [epochs, batchSize, rank].every(
          (each) => typeof each !== 'number' || each < 100 || !Number.isSafeInteger(each),
        ),
      );
      const result = await outcome(method, request);
      expect(codeOf(result), JSON.stringify(result)).not.toBe('untyped');
    }),
    { numRuns: 1_500 },
  );
  expect(await ask()).toBe(answer);
});

it.each<[string, keyof EngineService, (bytes: Uint8Array) => unknown]>([
  ['an adapter', 'loadAdapter', (weights) => ({ id: 'b', config: {}, weights })],
  ['a checkpoint', 'train', (resumeFrom) => ({ ...training, resumeFrom })],
])('%s of a buffer that was transferred is refused', async (_, method, request) => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  expect(await outcome(method, request(bytes))).toMatchObject({ code: expect.stringMatching(/REQUEST_INVALID$/) });
});

it('an adapter whose config no JSON is is refused by its field', async () => {
  const request = { id: 'b', config: { peft_type: 'LORA', r: 1n }, weights: new Uint8Array(8) };
  expect(await outcome('loadAdapter', request)).toMatchObject({ code: 'ADAPTER_INVALID' });
});
