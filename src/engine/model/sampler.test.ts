// Tokens sampled on the device: the same as those sampled on the CPU from downloaded logits, several at a time as one by one.
import { beforeAll, describe, expect, it } from 'vitest';
import type { SampledToken, SamplingParams } from '../sampling/createSampler.ts';
import { generate } from '../sampling/generate.ts';
import { sampleTokens } from '../sampling/sampleTokens.ts';
import { seededRandom } from '../sampling/seededRandom.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { type GoldenTensors, goldenModel, goldenTensors } from '../testing/goldenModel.ts';
import { createSession, type Session } from './createSession.ts';
import { loadModel } from './loadModel.ts';

let golden: GoldenTensors;
let session: Session;
beforeAll(async () => {
  golden = await goldenTensors('tiny-llama');
  const file = await goldenModel('tiny-llama');
  const config = { ...file.config, contextLength: 1_200 };
  session = createSession(await loadModel(await dawnBackend(), { ...file, config }, { contextLength: 1_200 }));
});

async function answer(settings: SamplingParams, device: boolean, maxTokens = 40): Promise<SampledToken[]> {
  session.truncate(0);
  const seed = 9;
  const random = seededRandom(seed);
  const options = { settings, maxTokens, stopIds: [], random, ...(device ? { seed } : {}) };
  const tokens: SampledToken[] = [];
  for await (const token of sampleTokens(session, await golden.integers('prompt_37'), options)) tokens.push(token);
  return tokens;
}

describe('sampling on the device', () => {
  it.each<SamplingParams>([
    { temperature: 0 },
    { temperature: 0, repetitionPenalty: 1.3 },
    { temperature: 1.3 },
    { temperature: 0.8, topK: 20, topP: 0.9, minP: 0.01 },
    { temperature: 1, topP: 0.7, repetitionPenalty: 1.1, frequencyPenalty: 0.4, presencePenalty: 0.3 },
  ])('gives the tokens of the CPU: %o', async (settings) => {
    const [device, host] = [await answer(settings, true), await answer(settings, false)];
    expect(device.map(({ id }) => id)).toEqual(host.map(({ id }) => id));
  });

  it('reports the same log probabilities', async () => {
    const settings = { temperature: 0.9, logprobs: 3 };
    const [device, host] = [await answer(settings, true, 12), await answer(settings, false, 12)];
    expect(device).toHaveLength(12);
    for (const [index, token] of device.entries()) {
      const expected = host[index];
      expect(token.logprob).toBeCloseTo(expected?.logprob ?? Number.NaN, 3);
      expect(token.top?.map(({ id }) => id)).toEqual(expected?.top?.map(({ id }) => id));
      for (const [n, { logprob }] of (token.top ?? []).entries()) {
        expect(logprob).toBeCloseTo(expected?.top?.[n]?.logprob ?? Number.NaN, 3);
      }
    }
  });

  it('samples several tokens per batch, and all but the last are in the cache', async () => {
    session.truncate(0);
    const prompt = await golden.integers('prompt_37');
    await session.sampler?.start({ settings: { temperature: 0 }, seed: 0, context: prompt, answer: [] });
    const tokens = (await session.sampler?.sample(prompt, 6)) ?? [];
    const expected = (await golden.integers('greedy_37')).slice(0, 6);
    expect(tokens.map(({ id }) => id)).toEqual(expected);
    expect(session.ids).toEqual([...prompt, ...expected.slice(0, 5)]);
    expect(await session.forwardArgmax(expected.slice(5))).toBe((await golden.integers('greedy_37'))[6]);
  });

  it('samples only what the mask allows', async () => {
    session.truncate(0);
    const prompt = await golden.integers('prompt_37');
    const mask = new Uint32Array(32);
    mask[3] = 1 << 7;
    await session.sampler?.start({ settings: { temperature: 1 }, seed: 0, context: prompt, answer: [] });
    await session.sampler?.setMask(mask);
    expect(await session.sampler?.sample(prompt, 1)).toEqual([{ id: 103 }]);
    await session.sampler?.setMask(undefined);
  });

  it('allocates nothing on the device in 1,000 tokens', async () => {
    const backend = await dawnBackend();
    const settings = { temperature: 1.1, topP: 0.9, repetitionPenalty: 1.05 };
    const prompt = await golden.integers('prompt_37');
    for await (const _ of generate(session, prompt, { ...settings, maxTokens: 20 }));
    const before = { ...backend.counters };
    let count = 0;
    for await (const _ of generate(session, prompt, { ...settings, maxTokens: 1_000, seed: 4 })) count += 1;
    expect(count).toBe(1_000);
    expect(backend.counters).toEqual({ ...before, submissions: expect.any(Number) });
  }, 240_000);
});
