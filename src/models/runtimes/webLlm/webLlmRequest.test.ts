// What WebLLM is sent, judged by the package's own check of requests.
import { postInitAndCheckFieldsChatCompletion } from '@mlc-ai/web-llm';
import { expect, it } from 'vitest';
import { type ChatRequest, checkChatRequest } from '../../../engine/index.ts';
import { runtimeCapabilities } from '../runtimeCapabilities.ts';
import { webLlmRequest } from './webLlmRequest.ts';

const fields = new Set(runtimeCapabilities('webLlm').chatFields);
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
] as const;
const mapped = (request: Omit<ChatRequest, 'messages'>): ReturnType<typeof webLlmRequest> =>
  webLlmRequest(checkChatRequest({ messages, ...request }, fields));

it('has every setting, the defaults too', () => {
  expect(mapped({})).toEqual({
    stream: true,
    stream_options: { include_usage: true },
    messages,
    temperature: 1,
    top_p: 1,
    repetition_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
  });
  const request = mapped({
    temperature: 0,
    top_p: 0.5,
    max_tokens: 7,
    seed: 3,
    frequency_penalty: -1,
    presence_penalty: 2,
    response_format: { type: 'json_schema', json_schema: { schema: { type: 'boolean' } } },
  });
  expect(request).toMatchObject({ temperature: 0, top_p: 0.5, max_tokens: 7, seed: 3, frequency_penalty: -1 });
  expect(request.response_format?.grammar).toContain('root ::= boolean');
  expect(() => postInitAndCheckFieldsChatCompletion(request, 'model', 0)).not.toThrow();
});

it('refuses by name what WebLLM has not', () => {
  for (const [field, value] of Object.entries({ top_k: 5, min_p: 0.1, logprobs: true, adapterId: 'a' })) {
    expect(() => mapped({ [field]: value })).toThrow(
      expect.objectContaining({ code: 'CHAT_REQUEST_UNSUPPORTED', facts: { field } }),
    );
  }
});
