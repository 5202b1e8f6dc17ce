// Chat completions in OpenAI's terms, as WebLLM uses them: requests and responses. Fields have their OpenAI meaning; a runtime
// refuses fields that it does not support by name (`checkChatRequest`).
import type { CallOptions } from '../../lib/rpc.ts';
import type { FinishReason } from '../sampling/sampleTokens.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A part of a message, as OpenAI's clients send them. Parts that are not text are refused. */
export interface ChatTextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A message of a request: its content whole, or in parts, which become lines. */
export type ChatRequestMessage = Omit<ChatMessage, 'content'> & { readonly content: string | readonly ChatTextPart[] };

/** A JSON Schema, parsed. `true` allows every value. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON object. */
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      /** `name`, `description` and `strict` are accepted without effect: the answer always conforms to the schema. */
      readonly json_schema: {
        readonly name?: string;
        readonly description?: string;
        readonly strict?: boolean;
        readonly schema: JsonSchema;
      };
    };

/** A chat request. Absent settings have OpenAI's defaults: temperature 1, everything else off. */
export interface ChatRequest {
  readonly messages: readonly ChatRequestMessage[];
  /** An adapter that is loaded; absent: the base model alone. */
  readonly adapterId?: string | undefined;
  /** Maximum number of tokens in the answer; absent: as many as the context allows. */
  readonly max_tokens?: number | undefined;
  /** 0 to 2; 0 always samples the most probable token. */
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  /** 0: off. */
  readonly top_k?: number | undefined;
  readonly min_p?: number | undefined;
  /** 0.01 to 100. Above 1 makes tokens of prompt and answer less probable; 1: off. */
  readonly repetition_penalty?: number | undefined;
  /** -2 to 2, multiplied by the token's count in the answer and subtracted from its logit. */
  readonly frequency_penalty?: number | undefined;
  /** -2 to 2, subtracted from the logit of every token in the answer. */
  readonly presence_penalty?: number | undefined;
  readonly seed?: number | undefined;
  /** Up to four stop strings, which are not shown. */
  readonly stop?: string | readonly string[] | undefined;
  readonly logprobs?: boolean | undefined;
  /** Number of most probable tokens (0 to 20) to report with the sampled one; needs `logprobs`. */
  readonly top_logprobs?: number | undefined;
  readonly response_format?: ResponseFormat | undefined;
}

/** The fields of a request that a runtime may or may not support. */
export type ChatField = Exclude<keyof ChatRequest, 'messages'>;

/** A token and its log probability in the model's own distribution, before any setting changes it. */
export interface AlternativeToken {
  readonly token: string;
  /** The token's UTF-8, which may be part of a character; null for a special token. */
  readonly bytes: readonly number[] | null;
  readonly logprob: number;
}

export interface TokenLogprob extends AlternativeToken {
  readonly top_logprobs: readonly AlternativeToken[];
}

/** A piece of the answer. */
export interface ChatChunk {
  /** Text that has become visible: a possible stop string or a partial character is withheld. */
  readonly delta: string;
  /** Tokens sampled since the last chunk. */
  readonly ids: readonly number[];
  /** One per id in `ids`, if requested. */
  readonly logprobs?: readonly TokenLogprob[];
  readonly finish_reason: FinishReason | null;
  /** On the last chunk, as in vLLM: the stop string that ended the answer; absent if an end token did. */
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

/** Anything that answers chats: this engine, WebLLM or Transformers.js, in a worker or in this program. */
export interface ChatRuntime {
  /** Throws `CHAT_REQUEST_UNSUPPORTED` or `CHAT_REQUEST_INVALID`, naming the field. */
  chat(request: ChatRequest, options?: Pick<CallOptions, 'signal'>): AsyncIterable<ChatChunk>;
}

export interface ChatCompletionRequestBase extends ChatRequest {
  /** Compared with the loaded model, never used to load another. */
  readonly model?: string | undefined;
  /** OpenAI's newer name for `max_tokens`; only one of them may be set. */
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
  /** These models refuse in their text. */
  readonly refusal: null;
}

export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

interface CompletionHead {
  readonly id: string;
  /** Unix time in seconds. */
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
  /** Empty on the last chunk if `include_usage` was set. */
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
