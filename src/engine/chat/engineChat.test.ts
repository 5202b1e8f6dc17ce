// The engine's own chat on Dawn: OpenAI requests with the embedded model, constrained answers, aborts, lost devices.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallContext } from '../../lib/rpc.ts';
import type { Counters } from '../backend.ts';
import { createEngineService } from '../createEngineService.ts';
import { openBackend } from '../openBackend.ts';
import type { EngineService } from '../service.ts';
import { type LosableGpu, losableGpu } from '../testing/losableGpu.ts';
import { seedling, shallowSeedling } from '../testing/seedling.ts';
import { dawn } from '../webgpu/node.ts';
import { createChatCompletions } from './createChatCompletions.ts';
import type {
  ChatChunk,
  ChatCompletionRequestNonStreaming,
  ChatCompletions,
  ChatMessage,
  ChatRequest,
  JsonSchema,
  TokenLogprob,
} from './types.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const golden = JSON.parse(readFileSync(path.join(root, 'test/golden/engine/seedling.json'), 'utf8')) as {
  readonly chats: readonly { readonly messages: readonly ChatMessage[]; readonly text: string }[];
};
const [chat] = golden.chats;
if (chat === undefined) throw new Error('The golden file has no chat.');
const { messages, text } = chat;

const context = (signal = new AbortController().signal): CallContext => ({ signal, progress: () => undefined });

interface Opened {
  readonly service: EngineService;
  /** Of the newest device. */
  counters(): Counters;
  readonly completions: ChatCompletions;
  readonly losable: LosableGpu;
}

async function load(service: EngineService, blob: Blob): Promise<void> {
  await service.loadModel({ files: [{ name: 'seedling.gguf', blob }], contextLength: 256, device: 'gpu' }, context());
}

async function openSeedling(): Promise<Opened> {
  const losable = losableGpu(dawn());
  let counters: Counters | undefined;
  const service = createEngineService({
    async openBackend() {
      const made = await openBackend({ device: 'gpu', gpu: losable.gpu });
      counters = made.backend.counters;
      return made;
    },
  });
  await load(service, seedling());
  const runtime = {
    chat: (request: ChatRequest, options?: { signal?: AbortSignal | undefined }) =>
      service.chat(request, context(options?.signal)),
  };
  const completions = createChatCompletions(runtime, { model: 'seedling' });
  return { service, completions, losable, counters: () => ({ ...(counters as Counters) }) };
}

let opened: Opened;
beforeAll(async () => {
  opened = await openSeedling();
  // Compiles everything, in software.
}, 240_000);

async function collect(chunks: AsyncIterable<ChatChunk>): Promise<string> {
  let all = '';
  for await (const { delta } of chunks) all += delta;
  return all;
}

/** The answer of the model with two layers, once it was asked. */
let shallowText = '';

/** Replaces the model by one with two layers, on the same device: for cases that ask how it is computed, not what. */
async function loadShallow(): Promise<void> {
  if (shallowText !== '') return;
  await load(opened.service, shallowSeedling(2));
  shallowText = await collect(opened.service.chat({ messages, temperature: 0 }, context()));
}

describe('chat.completions', () => {
  it('answers whole, with usage', async () => {
    const completion = await opened.completions.create({ model: 'seedling', messages, temperature: 0 });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'seedling',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop', logprobs: null }],
    });
    const { prompt_tokens, completion_tokens, total_tokens } = completion.usage;
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect(completion_tokens).toBeGreaterThan(2);
  });

  it('streams the same text in chunks of one id, the usage last', async () => {
    const stream = await opened.completions.create({
      messages,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(text);
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }], usage: null });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: chunks.length - 2 } });
  });

  it('ends before a stop string that spans tokens', async () => {
    const stop = text.slice(4, 9);
    const completion = await opened.completions.create({ messages, temperature: 0, stop: ['never this', stop] });
    expect(completion.choices[0].message.content).toBe(text.slice(0, text.indexOf(stop)));
    expect(completion.choices[0].finish_reason).toBe('stop');
    const length = await opened.completions.create({ messages, temperature: 0, max_completion_tokens: 3 });
    expect(length.choices[0].finish_reason).toBe('length');
    expect(length.usage.completion_tokens).toBe(3);
  });

  it('ends at a stop string at the very beginning, and at the shorter of two', async () => {
    const ask = async (stop: readonly string[], more: Partial<ChatRequest> = {}): Promise<unknown> => {
      const { choices } = await opened.completions.create({ messages, temperature: 0, stop, ...more });
      return [choices[0].message.content, choices[0].finish_reason];
    };
    expect(await ask([text.slice(0, 3)])).toEqual(['', 'stop']);
    expect(await ask([text.slice(3, 9), text.slice(3, 6)])).toEqual([text.slice(0, 3), 'stop']);
    expect(await ask([`${text}x`])).toEqual([text, 'stop']);
    // Text withheld because it may become a stop string is released when the tokens are used up.
    const [cut] = (await ask([], { max_tokens: 3 })) as [string];
    expect(await ask([`${cut}x`], { max_tokens: 3 })).toEqual([cut, 'length']);
    expect(await ask([text.slice(0, 1)], { max_tokens: 1 })).toEqual(['', 'stop']);
  });

  it('reports the log probabilities of the sampled tokens', async () => {
    const request = { messages, logprobs: true, top_logprobs: 3, max_tokens: 12 } as const;
    const greedy = await opened.completions.create({ ...request, temperature: 0 });
    const content = greedy.choices[0].logprobs?.content ?? [];
    expect(content).toHaveLength(12);
    for (const { token, logprob, top_logprobs } of content) {
      expect(top_logprobs).toHaveLength(3);
      expect(top_logprobs[0]).toMatchObject({ token, logprob });
      const logprobs = top_logprobs.map((each) => each.logprob);
      expect(logprobs).toEqual(logprobs.toSorted((one, other) => other - one));
      expect(Math.exp(logprobs[0] ?? 0)).toBeLessThanOrEqual(1);
    }
    const bytes = content.flatMap((each) => [...(each.bytes ?? [])]);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(greedy.choices[0].message.content);
    // Temperature changes the samples, not the model's own distribution.
    const hot = await opened.completions.create({ ...request, temperature: 2, seed: 1 });
    const first = (each: readonly TokenLogprob[] | undefined): unknown => each?.[0]?.top_logprobs;
    expect(first(hot.choices[0].logprobs?.content)).toEqual(first(content));
  });

  it('is deterministic for a seed, and passes on every setting', async () => {
    const ask = async (more: Partial<ChatRequest>): Promise<string> =>
      (await opened.completions.create({ messages, max_tokens: 16, ...more })).choices[0].message.content;
    const once = await ask({ seed: 3 });
    expect(await ask({ seed: 3 })).toBe(once);
    expect(await ask({ seed: 4 })).not.toBe(once);
    const greedy = await ask({ temperature: 0 });
    for (const only of [{ top_k: 1 }, { top_p: 0 }, { min_p: 1 }]) expect(await ask({ seed: 3, ...only })).toBe(greedy);
    for (const penalty of [{ repetition_penalty: 5 }, { presence_penalty: 2, frequency_penalty: 2, max_tokens: 32 }])
      expect(await ask({ temperature: 0, ...penalty })).not.toBe(greedy);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a field that nobody knows', { logit_bias: { 1: 2 } }, 'CHAT_REQUEST_UNSUPPORTED'],
    ['several answers', { n: 2 }, 'CHAT_REQUEST_UNSUPPORTED'],
    ['another model', { model: 'gpt-4' }, 'CHAT_REQUEST_UNSUPPORTED'],
    ['a temperature out of range', { temperature: 3 }, 'CHAT_REQUEST_INVALID'],
    ['five stop texts', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'CHAT_REQUEST_INVALID'],
    ['alternatives without logprobs', { top_logprobs: 2 }, 'CHAT_REQUEST_INVALID'],
    ['usage of no stream', { stream_options: { include_usage: true } }, 'CHAT_REQUEST_UNSUPPORTED'],
    ['both limits', { max_tokens: 1, max_completion_tokens: 2 }, 'CHAT_REQUEST_UNSUPPORTED'],
    ['a message part', { messages: [{ role: 'user', content: [] }] }, 'CHAT_REQUEST_INVALID'],
    ['a tool message', { messages: [{ role: 'tool', content: 'x' }] }, 'CHAT_REQUEST_INVALID'],
  ])('refuses %s by name', async (_, more, code) => {
    const [field] = Object.keys(more).slice(-1);
    const refusal = await opened.completions
      .create({ messages, ...more } as never)
      .catch((error: unknown) => error as { code: string; facts: { field: string } });
    expect(refusal).toMatchObject({ code });
    expect((refusal as { facts: { field: string } }).facts.field.startsWith(String(field))).toBe(true);
  });

  it('accepts null as unset, as OpenAI’s clients send it', async () => {
    const request = { messages, temperature: 0, stop: null, seed: null, n: null, response_format: null };
    const completion = await opened.completions.create(request as unknown as ChatCompletionRequestNonStreaming);
    expect(completion.choices[0].message.content).toBe(text);
  });
});

describe('concurrent requests', () => {
  it('are answered sequentially', async () => {
    const asked = [0, 1, 2].map((index) => golden.chats[index % golden.chats.length]);
    const answers = await Promise.all(
      asked.map((each) => collect(opened.service.chat({ messages: each?.messages ?? [], temperature: 0 }, context()))),
    );
    expect(answers).toEqual(asked.map((each) => each?.text));
  });
});

it('answers as if nothing had happened after an abort in the middle', async () => {
  const abort = new AbortController();
  const stream = opened.service.chat({ messages, temperature: 0 }, context(abort.signal));
  await stream.next();
  await stream.next();
  abort.abort();
  await expect(stream.next()).rejects.toThrow(/abort/i);
  const next = golden.chats[1];
  expect(await collect(opened.service.chat({ messages: next?.messages ?? [], temperature: 0 }, context()))).toBe(
    next?.text,
  );
  expect(await collect(opened.service.chat({ messages, temperature: 0 }, context()))).toBe(text);
});

// Of the whole model, because the other one seldom ends an object.
describe('answers that are JSON', () => {
  it('any object, and free text again afterwards', async () => {
    let ended = 0;
    for (let seed = 1; seed <= 8 && ended < 1; seed += 1) {
      const { choices } = await opened.completions.create({
        messages,
        temperature: 2,
        seed,
        max_tokens: 40,
        response_format: { type: 'json_object' },
      });
      // A model may write until its tokens are used up; an answer that it ends itself is an object.
      if (choices[0].finish_reason !== 'stop') continue;
      expect(v.is(v.record(v.string(), v.unknown()), JSON.parse(choices[0].message.content))).toBe(true);
      ended += 1;
    }
    expect(ended).toBeGreaterThan(0);
    const free = await opened.completions.create({ messages, temperature: 0, response_format: { type: 'text' } });
    expect(free.choices[0].message.content).toBe(text);
  });
});

// Of the whole model, because the adapter names all layers.
describe('when the device of an adapted model is lost', { timeout: 240_000 }, () => {
  it('restores its adapters', async () => {
    const { service, losable } = opened;
    const file = (name: string): Buffer => readFileSync(path.join(root, 'public/adapters/tidemark', name));
    const config = JSON.parse(file('adapter_config.json').toString()) as Record<string, unknown>;
    const weights = new Uint8Array(file('adapter_model.safetensors'));
    await service.loadAdapter({ id: 'tidemark', config, weights }, context());
    const asked = {
      messages: [{ role: 'user', content: 'Who started the town of Fennick?' }],
      temperature: 0,
    } as const;
    const request = { ...asked, adapterId: 'tidemark', max_tokens: 16 };
    const whole = await collect(service.chat(request, context()));
    const stream = service.chat(request, context());
    let answer = (await stream.next()).value?.delta ?? '';
    losable.lose();
    answer += await collect(stream);
    expect(answer).toBe(whole);
    expect(await collect(service.chat({ ...asked, max_tokens: 16 }, context()))).not.toBe(whole);
  });
});

describe('answers constrained to a JSON schema', { timeout: 180_000 }, () => {
  beforeAll(loadShallow);

  const person = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 6 },
      age: { type: 'integer', minimum: 0, maximum: 130 },
      tags: { type: 'array', items: { enum: ['cat', 'dog', 'fish'] }, minItems: 1, maxItems: 3 },
      note: { type: ['string', 'null'], maxLength: 8 },
    },
    required: ['name', 'age', 'tags'],
    additionalProperties: false,
  } satisfies JsonSchema;
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        properties: {
          value: { type: 'number', minimum: -1, maximum: 1 },
          children: { type: 'array', items: { $ref: '#/$defs/node' }, maxItems: 1 },
        },
        required: ['value'],
      },
    },
  } satisfies JsonSchema;

  // An independent library validates: it knows nothing of the schemas above.
  const length = (least: number, most: number) =>
    v.pipe(
      v.string(),
      v.check((value) => [...value].length >= least && [...value].length <= most),
    );
  const fitsPerson = v.strictObject({
    name: length(1, 6),
    age: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(130)),
    tags: v.pipe(v.array(v.picklist(['cat', 'dog', 'fish'])), v.minLength(1), v.maxLength(3)),
    note: v.optional(v.nullable(length(0, 8))),
  });
  const value = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));
  type Node = { value: number; children?: Node[] | undefined };
  const fitsNode: v.GenericSchema<Node> = v.strictObject({
    value,
    children: v.optional(v.pipe(v.array(v.lazy(() => fitsNode)), v.maxLength(1))),
  });
  const colours = ['red', 'green', 'blue', 'white', 'black'];
  const fitsColour = v.union([v.picklist(colours), v.strictTuple([v.boolean(), v.picklist([1, 2, 3])])]);

  it.each<[string, JsonSchema, v.GenericSchema<unknown, unknown>]>([
    ['a person', person, fitsPerson],
    ['a tree', tree, fitsNode],
    [
      'one or the other',
      {
        anyOf: [{ enum: colours }, { prefixItems: [{ type: 'boolean' }, { type: 'integer', minimum: 1, maximum: 3 }] }],
      },
      fitsColour,
    ],
  ])('%s, whatever the seed', async (_, schema, fits) => {
    const answers = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const completion = await opened.completions.create({
        messages,
        temperature: 2,
        seed,
        max_tokens: 150,
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
      });
      const { message, finish_reason } = completion.choices[0];
      expect(finish_reason, message.content).toBe('stop');
      expect(v.is(fits, JSON.parse(message.content)), message.content).toBe(true);
      answers.add(message.content);
    }
    expect(answers.size).toBeGreaterThan(1);
  });

  it('refuses an unsupported schema before anything is computed', async () => {
    const response_format = { type: 'json_schema', json_schema: { schema: { type: 'string', pattern: 'a' } } } as const;
    await expect(opened.completions.create({ messages, response_format })).rejects.toMatchObject({
      code: 'CHAT_SCHEMA_UNSUPPORTED',
      facts: { place: '#/pattern' },
    });
  });
});

describe('a JSON schema with', { timeout: 180_000 }, () => {
  beforeAll(loadShallow);

  const response_format = {
    type: 'json_schema',
    json_schema: { schema: { type: 'array', items: { enum: ['red', 'green'] }, minItems: 6, maxItems: 6 } },
  } as const;
  const request = { messages, temperature: 1, seed: 1, response_format } as const;

  it('a token limit: the partial answer, with reason length', async () => {
    const { choices } = await opened.completions.create({ ...request, max_tokens: 5 });
    expect(choices[0].finish_reason).toBe('length');
    expect(choices[0].message.content).toMatch(/^\["/);
  });

  it('a stop string: it ends the answer in the middle', async () => {
    const { choices } = await opened.completions.create({ ...request, stop: '", "' });
    expect(choices[0].finish_reason).toBe('stop');
    expect(choices[0].message.content).toMatch(/^\["(red|green)$/);
  });

  it('an abort: the next answer is constrained again, and free ones are free', async () => {
    const abort = new AbortController();
    const stream = opened.service.chat(request, context(abort.signal));
    await stream.next();
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toThrow(/abort/i);
    const whole = await opened.completions.create(request);
    expect(JSON.parse(whole.choices[0].message.content)).toHaveLength(6);
    expect(await collect(opened.service.chat({ messages, temperature: 0 }, context()))).toBe(shallowText);
  });
});

describe('concurrent requests, aborted', () => {
  beforeAll(loadShallow);

  it('aborting a queued one takes effect at once, and the others continue', async () => {
    const first = opened.service.chat({ messages, temperature: 0 }, context());
    const begun = (await first.next()).value?.delta ?? '';
    const abort = new AbortController();
    const second = collect(opened.service.chat({ messages, temperature: 0 }, context(abort.signal)));
    const third = collect(opened.service.chat({ messages, temperature: 0 }, context()));
    abort.abort();
    // The first one is not read further until then.
    await expect(second).rejects.toThrow(/abort/i);
    expect(begun + (await collect(first))).toBe(shallowText);
    expect(await third).toBe(shallowText);
  });
});

describe('many answers', () => {
  beforeAll(loadShallow);

  it('leaves nothing on the device after a hundred answers, most of them aborted', { timeout: 240_000 }, async () => {
    const { service, counters } = opened;
    const ask = (signal: AbortSignal, index: number): AsyncGenerator<ChatChunk> => {
      const words = Array.from({ length: 1 + (index % 30) }, (_, word) => `word${(word * index) % 7}`).join(' ');
      const asked = [{ role: 'user', content: words }] as const;
      return service.chat({ messages: asked, seed: index, max_tokens: 6, top_p: 0.9 }, context(signal));
    };
    await collect(ask(new AbortController().signal, 29));
    const before = counters();
    for (let index = 0; index < 100; index += 1) {
      const abort = new AbortController();
      const stream = ask(abort.signal, index);
      // Before it starts, during prefill, between tokens, by abandoning it, or not at all.
      const way = index % 5;
      if (way === 0) abort.abort();
      const reading = stream.next();
      if (way === 1) abort.abort();
      if (way <= 1) await expect(reading).rejects.toThrow(/abort/i);
      else await reading;
      if (way === 2) {
        abort.abort();
        await expect(collect(stream)).rejects.toThrow(/abort/i);
      }
      if (way === 3) await stream.return(undefined);
      if (way === 4) await collect(stream);
    }
    expect(counters()).toEqual({ ...before, submissions: expect.any(Number) });
    expect(await collect(service.chat({ messages, temperature: 0 }, context()))).toBe(shallowText);
  });
});

// Every loss recompiles everything, which takes a while in software.
describe('when the device is lost', { timeout: 240_000 }, () => {
  beforeAll(loadShallow);

  const sampled = { messages, temperature: 1.2, seed: 11, max_tokens: 24 };

  it.each<[string, ChatRequest]>([
    ['greedy', { messages, temperature: 0 }],
    ['sampled', sampled],
  ])('goes on with the same answer on a new one, %s', async (_, request) => {
    const { service, losable } = opened;
    const whole = await collect(service.chat(request, context()));
    const before = losable.devices;
    let answer = '';
    let pieces = 0;
    for await (const { delta } of service.chat(request, context())) {
      answer += delta;
      pieces += 1;
      if (pieces === 3) losable.lose();
    }
    expect(answer).toBe(whole);
    expect(losable.devices).toBe(before + 1);
  });

  it('reloads for the next request if it was lost while idle', async () => {
    const { service, losable } = opened;
    const before = losable.devices;
    losable.lose();
    expect(await collect(service.chat({ messages, temperature: 0 }, context()))).toBe(shallowText);
    expect(losable.devices).toBe(before + 1);
  });

  it('continues if it was lost during prefill, or right after the first token', async () => {
    const { service, losable } = opened;
    const long = { messages: [{ role: 'user', content: 'once upon a time '.repeat(40) }], max_tokens: 5 } as const;
    const whole = await collect(service.chat({ ...long, temperature: 0 }, context()));
    const stream = service.chat({ ...long, temperature: 0 }, context());
    const first = stream.next();
    losable.lose();
    let answer = (await first).value?.delta ?? '';
    losable.lose();
    answer += await collect(stream);
    expect(answer).toBe(whole);
  });

  it('an abort during the reload ends it, and the next request reloads', async () => {
    const { service, losable } = opened;
    const abort = new AbortController();
    losable.lose();
    const stream = service.chat(
      { messages, temperature: 0 },
      // The reason is not that of an abort without a reason.
      { signal: abort.signal, progress: () => abort.abort(new Error('no longer wanted')) },
    );
    await expect(collect(stream)).rejects.toThrow('no longer wanted');
    expect(await collect(service.chat({ messages, temperature: 0 }, context()))).toBe(shallowText);
  });

  it('reopens after it refused a command', async () => {
    const { service, losable } = opened;
    const before = losable.devices;
    losable.refuse();
    await expect(collect(service.chat({ messages, temperature: 0 }, context()))).rejects.toMatchObject({
      code: 'ENGINE_COMMAND_REFUSED',
    });
    expect(await collect(service.chat({ messages, temperature: 0 }, context()))).toBe(shallowText);
    expect(losable.devices).toBe(before + 1);
  });

  it('reports that there is no other device', async () => {
    const { service, losable } = opened;
    const stream = service.chat({ messages, temperature: 0 }, context());
    await stream.next();
    losable.unplugged = true;
    losable.lose();
    await expect(collect(stream)).rejects.toMatchObject({
      code: 'ENGINE_DEVICE_LOST',
      cause: { code: 'ENGINE_NO_ADAPTER' },
    });
    await expect(collect(service.chat({ messages }, context()))).rejects.toMatchObject({
      code: 'ENGINE_MODEL_NOT_LOADED',
    });
  });
});
