// OpenAI's objects over a runtime with canned answers. Shapes are those of the `openai` package's types (6.x).
import { describe, expect, it } from 'vitest';
import { createChatCompletions } from './createChatCompletions.ts';
import type { ChatChunk, ChatCompletionRequestStreaming, ChatCompletions, ChatRequest, ChatRuntime } from './types.ts';

const messages = [{ role: 'user', content: 'Hello' }] as const;
const token = { token: 'A', bytes: [65], logprob: -1, top_logprobs: [] };
const pieces: readonly ChatChunk[] = [
  { delta: 'A', ids: [5], logprobs: [token], finish_reason: null },
  { delta: '', ids: [6], logprobs: [token], finish_reason: null },
  {
    delta: 'B',
    ids: [],
    finish_reason: 'length',
    usage: { prompt_tokens: 3, completion_tokens: 2, prefillMilliseconds: 1, decodeMilliseconds: 1 },
  },
];

interface Recited {
  readonly completions: ChatCompletions;
  /** The request that the runtime received. */
  readonly asked: ChatRequest[];
  /** How many answers ended, for whatever reason. */
  ended: number;
}

function recite(chunks: readonly ChatChunk[] = pieces): Recited {
  const runtime: ChatRuntime = {
    async *chat(request) {
      recited.asked.push(request);
      try {
        yield* chunks;
      } finally {
        recited.ended += 1;
      }
    },
  };
  const recited: Recited = { completions: createChatCompletions(runtime, { model: 'm' }), asked: [], ended: 0 };
  return recited;
}

const streaming = (more: Partial<ChatCompletionRequestStreaming> = {}): ChatCompletionRequestStreaming => ({
  messages,
  stream: true,
  ...more,
});

describe('a whole answer', () => {
  it('has exactly the fields of a chat.completion', async () => {
    const { completions } = recite();
    expect(await completions.create({ messages, logprobs: true })).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'AB', refusal: null },
          finish_reason: 'length',
          logprobs: { content: [token, token], refusal: null },
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    expect((await completions.create({ messages })).choices[0].logprobs).toBeNull();
  });
});

describe('a stream', () => {
  it('has exactly the fields of chat.completion.chunk, the role first, usage last', async () => {
    const { completions } = recite();
    const request = streaming({ logprobs: true, stream_options: { include_usage: true } });
    const chunks = await Array.fromAsync(await completions.create(request));
    const head = { id: chunks[0]?.id, object: 'chat.completion.chunk', created: chunks[0]?.created, model: 'm' };
    const content = { content: [token], refusal: null };
    const choice = (delta: object, finish_reason: string | null, logprobs: object | null): object => ({
      ...head,
      choices: [{ index: 0, delta, finish_reason, logprobs }],
      usage: null,
    });
    expect(chunks).toEqual([
      choice({ role: 'assistant', content: 'A' }, null, content),
      choice({ content: '' }, null, content),
      choice({ content: 'B' }, 'length', null),
      { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    ]);
  });

  it('omits usage and log probabilities unless requested, and content where there is no text', async () => {
    const end = { ...(pieces[2] as ChatChunk), delta: '' };
    const { completions } = recite([pieces[0] as ChatChunk, end]);
    for (const more of [{}, { stream_options: {} }, { stream_options: { include_usage: false } }]) {
      const chunks = await Array.fromAsync(await completions.create(streaming(more)));
      expect(chunks).toHaveLength(2);
      expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
      expect(chunks.map(({ choices }) => choices[0]?.logprobs)).toEqual([null, null]);
      expect(chunks[1]?.choices[0]?.delta).toEqual({});
    }
  });

  it('ends the answer when the stream is abandoned, read or not', async () => {
    const recited = recite();
    for await (const _ of await recited.completions.create(streaming())) break;
    expect(recited.ended).toBe(1);
    const unread = (await recited.completions.create(streaming()))[Symbol.asyncIterator]();
    await unread.return?.();
    expect(recited.ended).toBe(2);
  });
});

it('passes only the runtime’s fields to the runtime', async () => {
  const { completions, asked } = recite();
  await completions.create({ messages, model: 'm', n: 1, max_completion_tokens: 4, temperature: 0 });
  await completions.create(streaming({ stream_options: {}, max_tokens: 5 }));
  expect(asked).toEqual([
    { messages, max_tokens: 4, temperature: 0 },
    { messages, max_tokens: 5 },
  ]);
});

it.each<[string, Record<string, unknown>]>([
  ['n', { n: 0 }],
  ['n', { n: 2n }],
  ['model', { model: 'other' }],
  ['stream', { stream: 'yes' }],
  ['stream_options', { stream_options: {} }],
  ['stream_options', { stream: true, stream_options: 5 }],
  ['stream_options.foo', { stream: true, stream_options: { foo: 1 } }],
  ['stream_options.include_usage', { stream: true, stream_options: { include_usage: 'yes' } }],
  ['max_completion_tokens', { max_tokens: 1, max_completion_tokens: 1 }],
])('refuses %s by name, before the runtime is asked: %o', async (field, more) => {
  const { completions, asked } = recite();
  await expect(completions.create({ messages, ...more } as never)).rejects.toMatchObject({
    code: 'CHAT_REQUEST_UNSUPPORTED',
    facts: { field },
  });
  expect(asked).toEqual([]);
});
