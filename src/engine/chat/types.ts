// Chat completions in OpenAI's words, as WebLLM has them too: what may be asked, what is answered. A field means what it
// means there; what a runtime does not compute it refuses by name (`checkChatRequest`).
import type { CallOptions } from '../../lib/rpc.ts';
import type { FinishReason } from '../sampling/sampleTokens.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A JSON Schema, parsed. `true` allows every value. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON object. */
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      /** `name`, `description` and `strict` are accepted and change nothing: the answer always keeps to the schema. */
      readonly json_schema: {
        readonly name?: string;
        readonly description?: string;
        readonly strict?: boolean;
        readonly schema: JsonSchema;
      };
    };

/** What a runtime is asked. Absent settings are OpenAI's defaults: temperature 1, everything else off. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Adapter loaded before; absent: the base alone. */
  readonly adapterId?: string | undefined;
  /** Most tokens of the answer; absent: as many as the context holds. */
  readonly max_tokens?: number | undefined;
  /** 0 to 2; 0 always takes the likeliest token. */
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  /** 0: off. */
  readonly top_k?: number | undefined;
  readonly min_p?: number | undefined;
  /** 0.01 to 100. Above 1 makes tokens of prompt and answer less likely; 1: off. */
  readonly repetition_penalty?: number | undefined;
  /** -2 to 2, times how often the answer has the token, taken from its logit. */
  readonly frequency_penalty?: number | undefined;
  /** -2 to 2, taken from the logit of every token that the answer has. */
  readonly presence_penalty?: number | undefined;
  readonly seed?: number | undefined;
  /** Up to four texts that end the answer; they are not shown. */
  readonly stop?: string | readonly string[] | undefined;
  readonly logprobs?: boolean | undefined;
  /** 0 to 20 likeliest tokens beside the sampled one; needs `logprobs`. */
  readonly top_logprobs?: number | undefined;
  readonly response_format?: ResponseFormat | undefined;
}

/** The fields of a request that a runtime may or may not compute. */
export type ChatField = Exclude<keyof ChatRequest, 'messages'>;

/** A token and the natural logarithm of its probability in the model's own distribution, before any setting changes it. */
export interface AlternativeToken {
  readonly token: string;
  /** UTF-8 of the token, which may be part of a character; null for a special token. */
  readonly bytes: readonly number[] | null;
  readonly logprob: number;
}

export interface TokenLogprob extends AlternativeToken {
  readonly top_logprobs: readonly AlternativeToken[];
}

/** A piece of the answer. */
export interface ChatChunk {
  /** Text that has become visible: what may still turn into a stop text, or is half a character, waits. */
  readonly delta: string;
  /** Tokens sampled since the last chunk. */
  readonly ids: readonly number[];
  /** One for each of `ids`, where asked for. */
  readonly logprobs?: readonly TokenLogprob[];
  readonly finish_reason: FinishReason | null;
  /** On the last chunk, as vLLM has it: the stop text that ended the answer; absent when an end token did. */
  readonly stop_reason?: string;
  /** On the last chunk. */
  readonly usage?: ChatUsage;
}

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prefillMilliseconds: number;
  readonly decodeMilliseconds: number;
}

/** Whatever answers chats: this engine, WebLLM or Transformers.js, in a worker or in this program. */
export interface ChatRuntime {
  /** Fails with `CHAT_REQUEST_UNSUPPORTED` or `CHAT_REQUEST_INVALID`, naming the field. */
  chat(request: ChatRequest, options?: Pick<CallOptions, 'signal'>): AsyncIterable<ChatChunk>;
}

export interface ChatCompletionRequestBase extends ChatRequest {
  /** Compared with the loaded model, never used to load another. */
  readonly model?: string | undefined;
  /** OpenAI's newer name of `max_tokens`; not both. */
  readonly max_completion_tokens?: number | undefined;
  /** One answer: more are refused. */
  readonly n?: number | undefined;
}

export interface ChatCompletionRequestStreaming extends ChatCompletionRequestBase {
  readonly stream: true;
  readonly stream_options?: { readonly include_usage?: boolean | undefined } | undefined;
}

export interface ChatCompletionRequestNonStreaming extends ChatCompletionRequestBase {
  readonly stream?: false | undefined;
}

export interface ChatLogprobs {
  readonly content: readonly TokenLogprob[];
  /** Models here refuse in their text. */
  readonly refusal: null;
}

export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

interface CompletionHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

export interface ChatCompletion extends CompletionHead {
  readonly object: 'chat.completion';
  readonly choices: readonly [
    {
      readonly index: 0;
      readonly message: { readonly role: 'assistant'; readonly content: string; readonly refusal: null };
      readonly finish_reason: FinishReason;
      readonly logprobs: ChatLogprobs | null;
    },
  ];
  readonly usage: CompletionUsage;
}

export interface ChatCompletionChunk extends CompletionHead {
  readonly object: 'chat.completion.chunk';
  /** Empty on the last chunk when `include_usage` was asked for. */
  readonly choices: readonly {
    readonly index: 0;
    readonly delta: { readonly role?: 'assistant'; readonly content?: string };
    readonly finish_reason: FinishReason | null;
    readonly logprobs: ChatLogprobs | null;
  }[];
  /** Only with `include_usage`: null on all chunks but the last. */
  readonly usage?: CompletionUsage | null;
}

export interface CreateOptions {
  readonly signal?: AbortSignal | undefined;
}

/** `chat.completions` of OpenAI's client. */
export interface ChatCompletions {
  create(request: ChatCompletionRequestStreaming, options?: CreateOptions): Promise<AsyncIterable<ChatCompletionChunk>>;
  create(request: ChatCompletionRequestNonStreaming, options?: CreateOptions): Promise<ChatCompletion>;
}
