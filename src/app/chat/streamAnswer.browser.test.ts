import { expect, test } from 'vitest';
import type { ChatChunk, ChatRequest, ChatRuntime } from '../../engine/index.ts';
import { streamAnswer } from './streamAnswer.ts';

/** A runtime that writes as many tokens as it may, up to `wanted`. */
function writer(wanted: number): ChatRuntime {
  return {
    async *chat({ max_tokens: most = 0 }: ChatRequest): AsyncGenerator<ChatChunk> {
      for (let token = 0; token < Math.min(wanted, most ?? 0); token++)
        yield { delta: 'a', ids: [token], finish_reason: null };
      yield { delta: '', ids: [], finish_reason: wanted > (most ?? 0) ? 'length' : 'stop' };
    },
  };
}

const answer = (wanted: number, request: Partial<ChatRequest> = {}) =>
  streamAnswer(writer(wanted), { messages: [], ...request }, new AbortController().signal, () => undefined);

test('an answer that reaches its longest says that it was cut; with an adapter that is the length the fee was named for', async () => {
  expect(await answer(20)).toMatchObject({ text: 'a'.repeat(20), cut: false });
  const { text, cut } = await answer(5000);
  expect([text.length, cut]).toEqual([1024, true]);
  expect((await answer(5000, { adapterId: 'elements' })).text).toHaveLength(256);
});
