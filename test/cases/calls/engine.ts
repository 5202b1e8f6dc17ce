// The engine as a page uses it, on the CPU: a model's files in, answers and rows out. The model of a case is a file of its folder
// (`"model": "model.gguf"`, or a list of files) or is made from parameters (`"puppet"`, see `puppet.ts`).
import type { ChatRequest } from '../../../src/engine/chat/types.ts';
import { createEngineService } from '../../../src/engine/createEngineService.ts';
import { openBackend } from '../../../src/engine/openBackend.ts';
import type { BaseIdentity, EngineService, TrainEvent, TrainRequest } from '../../../src/engine/service.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import type { CallContext as RequestContext } from '../../../src/lib/rpc.ts';
import type { Call, CallContext } from './call.ts';
import { type Puppet, type PuppetFiles, puppetFiles } from './puppet.ts';

interface ModelInput {
  readonly model?: string | readonly string[];
  readonly puppet?: Puppet;
}

interface RowInput {
  readonly prompt: string;
  readonly response: string;
}

interface AdapterInput {
  readonly base: string | null;
  readonly adapterBase?: BaseIdentity;
  readonly identity?: BaseIdentity;
  readonly acceptOtherBase?: boolean;
}

const context = (): RequestContext => ({ signal: new AbortController().signal, progress: () => undefined });

async function filesOf({ model = [], puppet }: ModelInput, { file }: CallContext): Promise<PuppetFiles> {
  if (puppet !== undefined) return await puppetFiles(puppet);
  return await Promise.all([model].flat().map(async (name) => ({ name, blob: await file(name) })));
}

async function load(input: Json, outer: CallContext): Promise<EngineService> {
  const service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
  await service.loadModel({ files: await filesOf(input as ModelInput, outer), contextLength: 256 }, context());
  return service;
}

async function answer(service: EngineService, request: ChatRequest) {
  let text = '';
  const ids: number[] = [];
  for await (const chunk of service.chat({ temperature: 0, max_tokens: 12, ...request }, context())) {
    text += chunk.delta;
    ids.push(...chunk.ids);
    if (chunk.finish_reason !== null)
      return { text, ids, finish_reason: chunk.finish_reason, prompt_tokens: chunk.usage?.prompt_tokens ?? 0 };
  }
  throw new Error('The answer ended without a reason.');
}

async function encode(service: EngineService, row: RowInput) {
  const [encoded] = await service.encodeRows({ rows: [row] }, context());
  if (encoded === undefined) throw new Error('No row came back.');
  const { inputIds, promptLength } = encoded;
  const pieces = await Promise.all(inputIds.map((id) => service.decode({ ids: [id] }, context())));
  return { inputIds, promptLength, pieces, text: await service.decode({ ids: inputIds }, context()) };
}

async function oneStep(service: EngineService, rows: readonly RowInput[]): Promise<TrainRequest> {
  return {
    rows: await service.encodeRows({ rows }, context()),
    rank: 2,
    alpha: 4,
    learningRate: 1e-3,
    schedule: 'constant',
    warmupSteps: 0,
    epochs: 1,
    maxSteps: 1,
    batchSize: rows.length,
    weightDecay: 0,
    maxGradientNorm: 1,
    seed: 1,
  };
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export const calls: Readonly<Record<string, Call>> = {
  /** `{ messages, ... }`: fields of a chat request. Gives text, ids, finish_reason, prompt_tokens; greedy, 12 tokens at most. */
  chat: async (input, outer) => {
    const { puppet: _, model: __, ...request } = input as unknown as ModelInput & ChatRequest;
    return asJson(await answer(await load(input, outer), request));
  },

  /** `{ prompt, response }`: the row as training and attribution read it. Gives its ids, and the text of each. */
  row: async (input, outer) => {
    const { prompt, response } = input as unknown as RowInput;
    return asJson(await encode(await load(input, outer), { prompt, response }));
  },

  /** `{ ids }`: the text of each id, and of all. */
  decode: async (input, outer) => {
    const { ids } = input as unknown as { ids: number[] };
    const service = await load(input, outer);
    const pieces = await Promise.all(ids.map((id) => service.decode({ ids: [id] }, context())));
    return asJson({ pieces, text: await service.decode({ ids }, context()) });
  },

  /** `{ text }`: its ids, as a person wrote it. */
  encode: async (input, outer) => {
    const { text } = input as unknown as { text: string };
    return asJson(await (await load(input, outer)).encode({ text }, context()));
  },

  /** `{ text }`: how well the model predicts it. */
  score: async (input, outer) => {
    const { text } = input as unknown as { text: string };
    return asJson(await (await load(input, outer)).measureQuality({ text }, context()));
  },

  /**
   * `{ base, adapterBase?, identity?, acceptOtherBase? }`: an adapter of the model's own shapes whose config names `base`, loaded on it.
   * Gives its rank.
   */
  adapter: async (input, outer) => {
    const { base, adapterBase, identity, acceptOtherBase } = input as unknown as AdapterInput;
    const files = await filesOf(input as ModelInput, outer);
    const service = createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });
    await service.loadModel({ files, contextLength: 256, ...(identity === undefined ? {} : { identity }) }, context());
    let trained: (TrainEvent & { kind: 'done' }) | undefined;
    for await (const event of service.train(await oneStep(service, [{ prompt: 'a', response: 'b' }]), context()))
      if (event.kind === 'done') trained = event;
    if (trained === undefined) throw new Error('Training gave no adapter.');
    const request = {
      id: 'a',
      config: { ...trained.config, base_model_name_or_path: base },
      weights: trained.weights,
      ...(adapterBase === undefined ? {} : { base: adapterBase }),
      ...(acceptOtherBase === undefined ? {} : { acceptOtherBase }),
    };
    return asJson({ rank: (await service.loadAdapter(request, context())).rank });
  },

  /** `{ rows }`: one step of training on rows as the training room encodes them. Gives tokens and steps. */
  train: async (input, outer) => {
    const { rows } = input as unknown as { rows: readonly RowInput[] };
    const service = await load(input, outer);
    let tokens = 0;
    let steps = 0;
    for await (const event of service.train(await oneStep(service, rows), context())) {
      if (event.kind === 'step') tokens += event.tokens;
      if (event.kind === 'done') steps = event.steps;
    }
    return { tokens, steps };
  },
};
