// `chat.completions.create` over any chat runtime: OpenAI's request in, OpenAI's objects out, whole or as a stream of chunks.
// It computes nothing and knows no model.
import { TributaryError } from '../../lib/errors.ts';
import { shown } from './shown.ts';
import type {
  ChatChunk,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequestNonStreaming,
  ChatCompletionRequestStreaming,
  ChatCompletions,
  ChatRequest,
  ChatRuntime,
  ChatUsage,
  CompletionUsage,
  CreateOptions,
  TokenLogprob,
} from './types.ts';

export interface ChatCompletionsOptions {
  /** Name of the loaded model: answers carry it, and it is the only `model` that a request may name. */
  readonly model: string;
}

type Request = ChatCompletionRequestStreaming | ChatCompletionRequestNonStreaming;

function refuse(field: string, value: unknown, why: string): never {
  throw new TributaryError({
    code: 'CHAT_REQUEST_UNSUPPORTED',
    message: `The field "${field}" of this request cannot be honoured: ${why}`,
    facts: { field, value: shown(value) },
    hint: 'Leave the field out, or send one request after the other.',
  });
}

/** The part of a request that goes to the runtime; fields that only shape the answer's objects are checked here. */
function runtimeRequest(request: Request, model: string): ChatRequest {
  const {
    stream,
    model: wanted,
    n,
    max_completion_tokens,
    stream_options,
    ...rest
  } = {
    stream_options: undefined,
    ...request,
  };
  const absent = (value: unknown): boolean => value === undefined || value === null;
  if (!absent(stream) && typeof stream !== 'boolean') refuse('stream', stream, 'it must be true or false.');
  if (!absent(n) && n !== 1) refuse('n', n, 'one answer is given at a time.');
  if (!absent(wanted) && wanted !== model) refuse('model', wanted, `the model "${model}" is loaded.`);
  if (!absent(stream_options)) {
    if (stream !== true) refuse('stream_options', stream_options, 'this answer is not streamed.');
    if (typeof stream_options !== 'object') refuse('stream_options', stream_options, 'it must be an object.');
    const foreign = Object.keys(stream_options).find((key) => key !== 'include_usage');
    if (foreign !== undefined) refuse(`stream_options.${foreign}`, stream_options, 'it is not known here.');
    const { include_usage } = stream_options;
    if (!absent(include_usage) && typeof include_usage !== 'boolean')
      refuse('stream_options.include_usage', include_usage, 'it must be true or false.');
  }
  if (absent(max_completion_tokens)) return rest;
  if (!absent(rest.max_tokens)) refuse('max_completion_tokens', max_completion_tokens, '"max_tokens" is given too.');
  return { ...rest, max_tokens: max_completion_tokens };
}

function usageOf({ prompt_tokens, completion_tokens }: ChatUsage): CompletionUsage {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/**
 * OpenAI's `chat.completions` over `runtime`. `create` rejects with the errors of `ChatRuntime.chat`, and with
 * `CHAT_REQUEST_UNSUPPORTED` for `n` above 1, for a model that is not loaded, and for unknown fields. Leaving a stream early, or
 * aborting its signal, ends the answer.
 */
export function createChatCompletions(runtime: ChatRuntime, { model }: ChatCompletionsOptions): ChatCompletions {
  async function* stream(
    first: IteratorResult<ChatChunk>,
    chunks: AsyncIterator<ChatChunk>,
    head: Pick<ChatCompletionChunk, 'id' | 'created' | 'model'>,
    request: Request,
  ): AsyncGenerator<ChatCompletionChunk> {
    const includeUsage = request.stream === true && request.stream_options?.include_usage === true;
    const withLogprobs = request.logprobs === true;
    const object = 'chat.completion.chunk' as const;
    const noUsage = includeUsage ? { usage: null } : {};
    let role: { readonly role?: 'assistant' } = { role: 'assistant' };
    try {
      // Starts the generator, so that leaving it ends the answer even if nothing of it was read.
      yield undefined as never;
      for (let result = first; result.done !== true; result = await chunks.next()) {
        const { delta, finish_reason, logprobs = [], usage } = result.value;
        const content = withLogprobs && finish_reason === null ? { content: logprobs, refusal: null } : null;
        const choice = {
          index: 0 as const,
          delta: { ...role, ...(finish_reason !== null && delta === '' ? {} : { content: delta }) },
          finish_reason,
          logprobs: content,
        };
        role = {};
        yield { ...head, object, choices: [choice], ...noUsage };
        if (usage !== undefined && includeUsage) yield { ...head, object, choices: [], usage: usageOf(usage) };
      }
    } finally {
      await chunks.return?.();
    }
  }

  async function whole(
    first: IteratorResult<ChatChunk>,
    chunks: AsyncIterator<ChatChunk>,
    head: Pick<ChatCompletion, 'id' | 'created' | 'model'>,
    request: Request,
  ): Promise<ChatCompletion> {
    let content = '';
    let last: ChatChunk | undefined;
    const logprobs: TokenLogprob[] = [];
    for (let result = first; result.done !== true; result = await chunks.next()) {
      last = result.value;
      content += last.delta;
      logprobs.push(...(last.logprobs ?? []));
    }
    return {
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          finish_reason: last?.finish_reason ?? 'stop',
          logprobs: request.logprobs === true ? { content: logprobs, refusal: null } : null,
        },
      ],
      usage: usageOf(
        last?.usage ?? { prompt_tokens: 0, completion_tokens: 0, prefillMilliseconds: 0, decodeMilliseconds: 0 },
      ),
    };
  }

  async function create(
    request: Request,
    options: CreateOptions = {},
  ): Promise<ChatCompletion | AsyncIterable<ChatCompletionChunk>> {
    const chunks = runtime.chat(runtimeRequest(request, model), options)[Symbol.asyncIterator]();
    const head = { id: `chatcmpl-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1_000), model };
    // A refused request rejects here, not on the first read of a stream.
    const first = await chunks.next();
    if (request.stream !== true) return await whole(first, chunks, head, request);
    const streamed = stream(first, chunks, head, request);
    await streamed.next();
    return streamed;
  }
  return { create: create as ChatCompletions['create'] };
}
