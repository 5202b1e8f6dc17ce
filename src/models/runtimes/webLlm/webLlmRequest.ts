import type { ChatCompletionRequestStreaming } from '@mlc-ai/web-llm';
import type { ChatSettings } from '../../../engine/index.ts';

/**
 * The request that WebLLM is sent. Every setting is given, because what is absent it takes from the model's own config. Stop
 * texts are found by the caller, who also holds back what may become one; grammars are in the words of the same xgrammar.
 */
export function webLlmRequest(settings: ChatSettings): ChatCompletionRequestStreaming {
  return {
    stream: true,
    stream_options: { include_usage: true },
    messages: settings.messages.map(({ role, content }) => ({ role, content })),
    temperature: settings.temperature,
    top_p: settings.topP,
    repetition_penalty: settings.repetitionPenalty,
    frequency_penalty: settings.frequencyPenalty,
    presence_penalty: settings.presencePenalty,
    ...(settings.maxTokens === undefined ? {} : { max_tokens: settings.maxTokens }),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    ...(settings.grammar === undefined ? {} : { response_format: { type: 'grammar', grammar: settings.grammar } }),
  };
}
