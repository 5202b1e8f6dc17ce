import { beforeAll, expect, it } from 'vitest';
import { createSession, type Session } from '../model/createSession.ts';
import { loadModel } from '../model/loadModel.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { type GoldenTensors, goldenModel, goldenTensors } from '../testing/goldenModel.ts';
import { type GenerateOptions, generate } from './generate.ts';
import type { FinishReason } from './sampleTokens.ts';

let session: Session;
let golden: GoldenTensors;
beforeAll(async () => {
  golden = await goldenTensors('tiny-llama');
  session = createSession(await loadModel(await dawnBackend(), await goldenModel('tiny-llama')));
});

async function collect(
  prompt: readonly number[],
  options: GenerateOptions,
): Promise<{ ids: number[]; reason: FinishReason }> {
  const ids: number[] = [];
  const stream = generate(session, prompt, options);
  for (;;) {
    const { value, done } = await stream.next();
    if (done === true) return { ids, reason: value };
    ids.push(value);
  }
}

it('is greedy at temperature 0, and the same with a negligible penalty', async () => {
  const prompt = await golden.integers('prompt_37');
  const expected = (await golden.integers('greedy_37')).slice(0, 20);
  expect(await collect(prompt, { temperature: 0, maxTokens: 20 })).toEqual({ ids: expected, reason: 'length' });
  const nearly = await collect(prompt, { temperature: 0, repetitionPenalty: 1 + 1e-9, maxTokens: 20 });
  expect(nearly.ids).toEqual(expected);
});

it('stops at a stop id without yielding it', async () => {
  const prompt = await golden.integers('prompt_37');
  const expected = await golden.integers('greedy_37');
  const stop = expected[5] ?? 0;
  const { ids, reason } = await collect(prompt, { temperature: 0, maxTokens: 20, stopIds: [stop] });
  expect(ids).toEqual(expected.slice(0, expected.indexOf(stop)));
  expect(reason).toBe('stop');
});

it('repeats a sampled answer for its seed', async () => {
  const options = { temperature: 1.2, topP: 0.95, maxTokens: 12, seed: 5 };
  const once = await collect([3, 1, 4], options);
  expect(await collect([3, 1, 4], options)).toEqual(once);
  expect((await collect([3, 1, 4], { ...options, seed: 6 })).ids).not.toEqual(once.ids);
});

it('can be aborted and continued', async () => {
  const prompt = await golden.integers('prompt_37');
  const expected = (await golden.integers('greedy_37')).slice(0, 6);
  const abort = new AbortController();
  const stream = generate(session, prompt, { temperature: 0, maxTokens: 20, signal: abort.signal });
  expect((await stream.next()).value).toBe(expected[0]);
  abort.abort();
  await expect(stream.next()).rejects.toThrow(/abort/i);
  expect((await collect(prompt, { temperature: 0, maxTokens: 6 })).ids).toEqual(expected);
});

it('ends with the context', async () => {
  const model = await loadModel(await dawnBackend(), await goldenModel('tiny-llama'), { contextLength: 8 });
  const short = createSession(model);
  const ids: number[] = [];
  for await (const id of generate(short, [1, 2, 3], { temperature: 0, maxTokens: 50 })) ids.push(id);
  expect(ids).toHaveLength(6);
});
