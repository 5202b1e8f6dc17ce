import { describe, expect, it } from 'vitest';
import { checkChatRequest } from './checkChatRequest.ts';
import { tokenFields } from './tokenFields.ts';
import type { ChatRequest } from './types.ts';

const supported = new Set(tokenFields);
const messages = [{ role: 'user', content: 'Hello' }] as const;
const check = (more: Record<string, unknown>): ReturnType<typeof checkChatRequest> =>
  checkChatRequest({ messages, ...more } as ChatRequest, supported);

it('defaults every setting to a neutral value', () => {
  expect(check({})).toEqual({
    messages,
    temperature: 1,
    topP: 1,
    topK: 0,
    minP: 0,
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    stops: [],
  });
});

it.each<[string, readonly unknown[], readonly unknown[]]>([
  ['temperature', [0, 2], [-0.01, 2.01, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]],
  ['top_p', [0, 1], [-0.01, 1.01, Number.NaN]],
  ['top_k', [0, 1, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, Number.NaN]],
  ['min_p', [0, 1], [-0.01, 1.01]],
  ['repetition_penalty', [0.01, 100], [0, -1, 0.009, 101, Number.NaN]],
  ['frequency_penalty', [-2, 2], [-2.01, 2.01, [1]]],
  ['presence_penalty', [-2, 2], [-2.01, 2.01, {}]],
  ['max_tokens', [1, 5], [0, -1, 1.5, Number.NaN]],
  ['seed', [0, -1, 2 ** 40], [0.5, 2 ** 53, 5n]],
  ['stop', ['a', ['a'], []], ['', [''], ['a', 1], ['a', 'b', 'c', 'd', 'e'], 5]],
  ['logprobs', [true, false], ['true', 1]],
  ['messages', [], [[], 'Hello', {}, [null], [{ role: 'user' }], [{ role: 'tool', content: 'x' }]]],
])('%s: what is in its range, and what is refused with its value', (field, allowed, refused) => {
  for (const value of allowed) expect(() => check({ [field]: value })).not.toThrow();
  for (const value of refused) {
    const error = expect.objectContaining({
      code: 'CHAT_REQUEST_INVALID',
      facts: expect.objectContaining({ field: expect.stringMatching(`^${field}`), value: expect.anything() }),
    });
    expect(() => check({ [field]: value }), String(value)).toThrow(error);
  }
});

it('accepts null as unset', () => {
  const nothing = Object.fromEntries(tokenFields.map((field) => [field, null]));
  expect(check(nothing)).toEqual(check({}));
});

it('passes settings through, and a temperature too small for f32 as 0', () => {
  const request = { temperature: 0.5, top_p: 0.25, top_k: 7, min_p: 0.125, repetition_penalty: 1.5, max_tokens: 9 };
  expect(check({ ...request, frequency_penalty: 0.5, presence_penalty: -0.5, seed: 3, stop: 'x' })).toEqual({
    messages,
    temperature: 0.5,
    topP: 0.25,
    topK: 7,
    minP: 0.125,
    repetitionPenalty: 1.5,
    frequencyPenalty: 0.5,
    presencePenalty: -0.5,
    maxTokens: 9,
    seed: 3,
    stops: ['x'],
  });
  expect(check({ temperature: Number.MIN_VALUE }).temperature).toBe(0);
  expect(check({ temperature: 1e-6 }).temperature).toBe(1e-6);
});

describe('log probabilities', () => {
  it('come with 0 to 20 alternatives', () => {
    expect(check({ logprobs: true }).logprobs).toBe(0);
    expect(check({ logprobs: true, top_logprobs: 20 }).logprobs).toBe(20);
    expect(check({ logprobs: false }).logprobs).toBeUndefined();
    for (const more of [
      { logprobs: true, top_logprobs: 21 },
      { logprobs: false, top_logprobs: 1 },
      { top_logprobs: 0 },
    ])
      expect(() => check(more)).toThrow(
        expect.objectContaining({ facts: expect.objectContaining({ field: 'top_logprobs' }) }),
      );
  });
});

it.each([
  'tools',
  'tool_choice',
  'functions',
  'logit_bias',
  'user',
  'adapterId',
  'audio',
  'parallel_tool_calls',
  'constructor',
])('refuses %s by its name', (field) => {
  expect(() => check({ [field]: 'x' })).toThrow(
    expect.objectContaining({ code: 'CHAT_REQUEST_UNSUPPORTED', facts: { field } }),
  );
});

it('refuses extra fields of a message or a format, with their path', () => {
  const place = (more: Record<string, unknown>): unknown => {
    try {
      return check(more);
    } catch (error) {
      return (error as { facts: { field: string } }).facts.field;
    }
  };
  const message = { role: 'user', content: 'Hello' };
  expect(place({ messages: [message, { ...message, name: 'x' }] })).toBe('messages[1].name');
  expect(place({ messages: [{ ...message, role: 'developer' }] })).toBe('messages[0].role');
  expect(place({ messages: [{ ...message, content: null }] })).toBe('messages[0].content');
  expect(place({ response_format: 'json' })).toBe('response_format');
  expect(place({ response_format: { type: 'xml' } })).toBe('response_format.type');
  expect(place({ response_format: { type: 'json_object', json_schema: {} } })).toBe('response_format.json_schema');
  expect(place({ response_format: { type: 'json_schema' } })).toBe('response_format.json_schema');
  expect(place({ response_format: { type: 'json_schema', json_schema: { schema: true, strikt: 1 } } })).toBe(
    'response_format.json_schema.strikt',
  );
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(place({ messages: circle })).toBe('messages');
});
