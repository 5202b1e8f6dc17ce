import { expect, test, vi } from 'vitest';
import type { ChatChunk, ChatRequest, ChatRuntime } from '../../engine/index.ts';
import { answerRecord, partialAnswerRecord } from './answerRecord.ts';
import { type AnswerSoFar, type StreamAnswerParameters, streamAnswer } from './streamAnswer.ts';

/** A runtime that writes as many tokens as it may, up to `wanted`, each of them its number and a comma; `last` replaces its end. */
function writer(wanted: number, last: Partial<ChatChunk> = {}): ChatRuntime {
  return {
    async *chat({ max_tokens }: ChatRequest, options): AsyncGenerator<ChatChunk> {
      const max = max_tokens ?? 0;
      for (let token = 0; token < Math.min(wanted, max); token++) {
        yield { delta: `${token},`, ids: [token], finish_reason: null };
        options?.signal?.throwIfAborted();
      }
      yield { delta: '', ids: [], finish_reason: wanted > max ? 'length' : 'stop', ...last };
    },
  };
}

const request = { messages: [] };
const stream = (runtime: ChatRuntime, change: Partial<StreamAnswerParameters> = {}) =>
  streamAnswer({
    runtime,
    request,
    signal: new AbortController().signal,
    schedule: (update) => update(),
    onUpdate: () => undefined,
    ...change,
  });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, token) => token);

test('the generated tokens come with the text, and whether the model ended it', async () => {
  expect(await stream(writer(3))).toMatchObject({ text: '0,1,2,', ids: [0, 1, 2], cut: false, ended: true });
});

test('an answer of the maximum length says that it was cut; an adapter has the length that its fee was quoted for', async () => {
  expect(await stream(writer(5000))).toMatchObject({ ids: upTo(1024), cut: true, ended: false });
  const priced = await stream(writer(5000), { request: { ...request, adapterId: 'elements' } });
  expect(priced).toMatchObject({ ids: upTo(256), cut: true, ended: false });
});

test('a stop text ends an answer, but not by an end token', async () => {
  const stopped = writer(3, { finish_reason: 'stop', stop_reason: 'END' });
  expect(await stream(stopped)).toMatchObject({ ids: [0, 1, 2], cut: false, ended: false });
});

test('at most one update waits for the screen, and the last one has the whole answer', async () => {
  const waiting: (() => void)[] = [];
  const updates: AnswerSoFar[] = [];
  const schedule = (update: () => void): void => {
    // The screen shows every third token.
    waiting.push(update);
    expect(waiting).toHaveLength(1);
  };
  const runtime: ChatRuntime = {
    async *chat(asked, options) {
      for await (const chunk of writer(7).chat(asked, options)) {
        yield chunk;
        if ((chunk.ids[0] ?? 0) % 3 === 2) waiting.shift()?.();
      }
    },
  };
  await stream(runtime, { schedule, onUpdate: (answer) => updates.push(answer) });
  // What was scheduled before the end still comes.
  waiting.shift()?.();
  expect(updates.map(({ ids }) => ids.length)).toStrictEqual([3, 6, 7]);
  expect(updates.map(({ text }) => text)).toStrictEqual(['0,1,2,', '0,1,2,3,4,5,', '0,1,2,3,4,5,6,']);
});

test('a stopped answer keeps every token up to there, and throws the reason', async () => {
  const abort = new AbortController();
  const updates: AnswerSoFar[] = [];
  const runtime: ChatRuntime = {
    async *chat(asked, options) {
      for await (const chunk of writer(100).chat(asked, options)) {
        yield chunk;
        if (chunk.ids[0] === 4) abort.abort(new Error('enough'));
      }
    },
  };
  const schedule = (): void => undefined;
  const stopped = stream(runtime, { signal: abort.signal, schedule, onUpdate: (answer) => updates.push(answer) });
  await expect(stopped).rejects.toThrow('enough');
  expect(updates).toStrictEqual([{ text: '0,1,2,3,4,', ids: [0, 1, 2, 3, 4] }]);
  expect(partialAnswerRecord(updates[0] as AnswerSoFar)).toStrictEqual({
    content: '0,1,2,3,4,',
    answerIds: [0, 1, 2, 3, 4],
  });
});

test('a message stores the tokens; of a runtime that reports none it stores none', async () => {
  const usage = { prompt_tokens: 9, completion_tokens: 2, prefillMilliseconds: 1, decodeMilliseconds: 2 };
  expect(answerRecord(await stream(writer(2, { usage })))).toStrictEqual({
    content: '0,1,',
    answerIds: [0, 1],
    ended: true,
    state: 'done',
    usage: { promptTokens: 9, completionTokens: 2, prefillMilliseconds: 1, decodeMilliseconds: 2 },
  });
  expect(answerRecord(await stream(writer(5000))).cut).toBe(true);
  const foreign: ChatRuntime = {
    async *chat() {
      yield { delta: 'Hello.', ids: [], finish_reason: null };
      yield { delta: '', ids: [], finish_reason: 'stop' };
    },
  };
  expect(answerRecord(await stream(foreign))).not.toHaveProperty('answerIds');
  expect(answerRecord(await stream(writer(2)))).not.toHaveProperty('cut');
});

test('where the runtime does not report them, tokens are counted and the time is measured', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(1_000).mockReturnValueOnce(1_250);
  try {
    expect((await stream(writer(3))).usage).toStrictEqual({
      promptTokens: 0,
      completionTokens: 3,
      prefillMilliseconds: 0,
      decodeMilliseconds: 250,
    });
  } finally {
    clock.mockRestore();
  }
});
