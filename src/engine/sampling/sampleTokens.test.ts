import { describe, expect, it } from 'vitest';
import { type SampledToken, type SampleOptions, type Sequence, sampleTokens } from './sampleTokens.ts';
import { seededRandom } from './seededRandom.ts';

/** A sequence whose logits are a table by the last id; it counts its inputs. */
function tableSequence(
  table: readonly (readonly number[])[],
  contextLength = 64,
): Sequence & { forward: Sequence['forward']; readIds: number } {
  let ids: number[] = [];
  const sequence = {
    readIds: 0,
    get ids() {
      return ids;
    },
    contextLength,
    truncate(length: number) {
      ids = ids.slice(0, length);
    },
    async forward(newIds: readonly number[]) {
      ids.push(...newIds);
      sequence.readIds += newIds.length;
      return Float32Array.from(table[ids.at(-1) ?? 0] ?? []);
    },
  };
  return sequence;
}

interface Sampling {
  readonly sequence: Sequence;
  /** The number of tokens in each request. */
  readonly counts: number[];
  readonly masks: (Uint32Array | undefined)[];
  readonly matched: (readonly number[])[];
}

/** The same with a device that samples greedily itself; `answers` overrides its samples. */
function samplingSequence(answers?: readonly number[]): Sampling {
  const { forward, ...rest } = tableSequence(table);
  const made: Sampling = { counts: [], masks: [], matched: [], sequence: {} as Sequence };
  const kept: number[] = [];
  const sequence: Sequence = {
    ...rest,
    get ids() {
      return kept;
    },
    forward: async () => {
      throw new Error('logits were asked for');
    },
    async matchPrefixCache(prompt) {
      made.matched.push([...prompt]);
      kept.length = 0;
      return 0;
    },
    sampler: {
      maxTokens: 8,
      start: async () => undefined,
      setMask: async (bits) => void made.masks.push(bits),
      async sample(ids, count) {
        made.counts.push(count);
        const sampled: number[] = [];
        for (let last = ids.at(-1) ?? 0; sampled.length < count; last = sampled.at(-1) ?? 0) {
          const row = table[last] ?? [];
          sampled.push(answers?.[kept.length - ids.length + sampled.length] ?? row.indexOf(Math.max(...row)));
        }
        kept.push(...ids, ...sampled.slice(0, -1));
        return sampled.map((id) => ({ id }));
      },
    },
  };
  return Object.assign(made, { sequence });
}

// After 0 comes 1, then 2, then 1 again; 3 is always a close second.
const table = [
  [0, 4, 1, 3],
  [0, 1, 4, 3.5],
  [0, 4, 1, 3.5],
  [0, 2, 2, 1],
];

async function collect(
  sequence: Sequence,
  prompt: readonly number[],
  options: Partial<SampleOptions> = {},
): Promise<{ tokens: SampledToken[]; ids: number[]; reason: string }> {
  const stream = sampleTokens(sequence, prompt, {
    settings: { temperature: 0 },
    maxTokens: 6,
    stopIds: [],
    random: seededRandom(1),
    ...options,
  });
  const tokens: SampledToken[] = [];
  for (;;) {
    const { value, done } = await stream.next();
    if (done === true) return { tokens, ids: tokens.map(({ id }) => id), reason: value };
    tokens.push(value);
  }
}

describe('sampleTokens', () => {
  it('is greedy at temperature 0, with ties to the smaller id', async () => {
    expect(await collect(tableSequence(table), [0])).toMatchObject({ ids: [1, 2, 1, 2, 1, 2], reason: 'length' });
    expect((await collect(tableSequence(table), [3], { maxTokens: 1 })).ids).toEqual([1]);
    expect(await collect(tableSequence(table), [0], { stopIds: [2] })).toMatchObject({ ids: [1], reason: 'stop' });
  });

  it('subtracts penalties from the logits as OpenAI defines them', async () => {
    const ids = async (settings: SampleOptions['settings']): Promise<number[]> =>
      (await collect(tableSequence(table), [0], { settings: { temperature: 0, ...settings } })).ids;
    // The second 1 would have 4 - 0.4 against 3.5, the third 4 - 0.8.
    expect(await ids({ frequencyPenalty: 0.4 })).toEqual([1, 2, 1, 2, 3, 1]);
    expect(await ids({ presencePenalty: 0.4 })).toEqual([1, 2, 1, 2, 1, 2]);
    expect(await ids({ presencePenalty: 0.6 })).toEqual([1, 2, 3, 1, 2, 1]);
    expect(await ids({ frequencyPenalty: -1 })).toEqual([1, 2, 1, 2, 1, 2]);
    // The prompt counts only for the repetition penalty.
    expect(
      (
        await collect(tableSequence(table), [1, 0], {
          maxTokens: 1,
          settings: { temperature: 0, repetitionPenalty: 1.5 },
        })
      ).ids,
    ).toEqual([3]);
    expect(
      (
        await collect(tableSequence(table), [1, 0], {
          maxTokens: 1,
          settings: { temperature: 0, presencePenalty: 2 },
        })
      ).ids,
    ).toEqual([1]);
  });

  it('reports log probabilities of the model’s own distribution', async () => {
    const settings = { temperature: 2, presencePenalty: 1, logprobs: 2 };
    const { tokens } = await collect(tableSequence(table), [0], { settings, maxTokens: 2 });
    const logSum = Math.log((table[0] ?? []).reduce((sum, logit) => sum + Math.exp(logit), 0));
    const [first] = tokens;
    expect(first?.logprob).toBeCloseTo((table[0]?.[first?.id ?? 0] ?? 0) - logSum, 12);
    expect(first?.top?.map(({ id }) => id)).toEqual([1, 3]);
    expect(first?.top?.[1]?.logprob).toBeCloseTo(3 - logSum, 12);
    const second = tokens[1];
    const row = table[first?.id ?? 0] ?? [];
    const rowSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(second?.logprob).toBeCloseTo((row[second?.id ?? 0] ?? 0) - rowSum, 12);
    // The penalty on the first token does not affect it.
    expect(second?.top?.[0]?.logprob).toBeCloseTo(Math.max(...row) - rowSum, 12);
    const none = await collect(tableSequence(table), [0], {
      settings: { temperature: 0, logprobs: 0 },
      maxTokens: 1,
    });
    expect(none.tokens[0]?.top).toEqual([]);
  });

  it('samples with the given random numbers, and continues after earlier tokens', async () => {
    const settings = { temperature: 1.5 };
    const whole = await collect(tableSequence(table), [0], { settings, random: seededRandom(9), maxTokens: 12 });
    expect(new Set(whole.ids).size).toBeGreaterThan(2);
    for (let cut = 1; cut < 12; cut += 1) {
      const random = seededRandom(9);
      const first = await collect(tableSequence(table), [0], { settings, random, maxTokens: cut });
      const rest = await collect(tableSequence(table), [0], {
        settings,
        random,
        maxTokens: 12,
        sampled: first.ids,
      });
      expect([...first.ids, ...rest.ids]).toEqual(whole.ids);
    }
  });

  it('samples only what its grammar allows', async () => {
    const accepted: number[] = [];
    const constraint = {
      allowed: async () => Int32Array.of(accepted.length % 2 === 0 ? 0b1001 : 0b0100),
      accept: (id: number) => void accepted.push(id),
      destroy: () => undefined,
    };
    const settings = { temperature: 2, topK: 2 };
    for (let seed = 0; seed < 20; seed += 1) {
      accepted.length = 0;
      const { ids } = await collect(tableSequence(table), [0], { settings, constraint, random: seededRandom(seed) });
      expect(ids).toEqual(accepted);
      for (const [place, id] of ids.entries()) expect(place % 2 === 0 ? [0, 3] : [2]).toContain(id);
    }
    const never = { ...constraint, allowed: async () => Int32Array.of(0) };
    await expect(collect(tableSequence(table), [0], { constraint: never })).rejects.toMatchObject({
      code: 'CHAT_GRAMMAR_FAILED',
    });
  });

  it('runs only ids that are not cached, and ends with the context', async () => {
    const sequence = tableSequence(table, 6);
    expect((await collect(sequence, [0, 0], { maxTokens: 2 })).ids).toEqual([1, 2]);
    expect(sequence.readIds).toBe(3);
    // 0 0 1 is cached; the 2 was sampled but never an input.
    expect(await collect(sequence, [0, 0, 1, 2])).toMatchObject({ ids: [1, 2, 1], reason: 'length' });
    expect(sequence.readIds).toBe(3 + 1 + 2);
    // The whole prompt is cached, but not its logits.
    const again = tableSequence(table);
    for (const readIds of [2, 3]) {
      expect((await collect(again, [0, 0], { maxTokens: 1 })).ids).toEqual([1]);
      expect(again.readIds).toBe(readIds);
    }
  });

  it('throws the reason of an abort', async () => {
    const abort = new AbortController();
    const stream = sampleTokens(tableSequence(table), [0], {
      settings: { temperature: 0 },
      maxTokens: 6,
      stopIds: [],
      random: seededRandom(1),
      signal: abort.signal,
    });
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toThrow(/abort/i);
  });

  it('lists the smaller id first among equally probable ones', async () => {
    const { tokens } = await collect(tableSequence(table), [3], {
      settings: { temperature: 0, logprobs: 3 },
      maxTokens: 1,
    });
    expect(tokens[0]?.top?.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(tokens[0]?.top?.[0]?.logprob).toBe(tokens[0]?.top?.[1]?.logprob);
  });

  it('leaves the logits on the device if only the argmax is needed', async () => {
    const sequence = { ...tableSequence(table), forwardArgmax: async () => 2 };
    const ids = async (options: Partial<SampleOptions>): Promise<number[]> =>
      (await collect(sequence, [0], { maxTokens: 1, ...options })).ids;
    expect(await ids({})).toEqual([2]);
    const constraint = {
      allowed: async () => Int32Array.of(0b1111),
      accept: () => undefined,
      destroy: () => undefined,
    };
    expect(await ids({ constraint })).toEqual([1]);
    for (const more of [
      { temperature: 1e-9 },
      { repetitionPenalty: 1.01 },
      { frequencyPenalty: 0.1 },
      { presencePenalty: 0.1 },
      { logprobs: 0 },
    ])
      expect(await ids({ settings: { temperature: 0, ...more } })).toEqual([1]);
  });

  it('requests one token after a prompt, then several, never more than needed', async () => {
    const { sequence, counts, matched } = samplingSequence();
    const seeded = { seed: 1, maxTokens: 20 };
    expect((await collect(sequence, [0], seeded)).ids).toEqual(Array.from({ length: 20 }, (_, n) => 1 + (n % 2)));
    expect(matched).toEqual([[0]]);
    expect(counts[0]).toBe(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(Math.max(...counts)).toBeLessThanOrEqual(8);
    expect(counts.length).toBeLessThan(20);
    expect(await collect(sequence, [0], { ...seeded, stopIds: [2] })).toMatchObject({ ids: [1], reason: 'stop' });
  });

  it('sets the mask before each token of a grammar, and samples one at a time', async () => {
    const { sequence, counts, masks } = samplingSequence();
    const accepted: number[] = [];
    const constraint = {
      allowed: async () => Int32Array.of(-1),
      accept: (id: number) => void accepted.push(id),
      destroy: () => undefined,
    };
    const { ids } = await collect(sequence, [0], { seed: 1, constraint });
    expect(accepted).toEqual(ids);
    expect(counts).toEqual([1, 1, 1, 1, 1, 1]);
    expect(masks).toEqual([undefined, ...ids.map(() => Uint32Array.of(0xffffffff))]);
  });

  it('reports why there is nothing to sample', async () => {
    const none = 0xffffffff;
    const constraint = { allowed: async () => Int32Array.of(0), accept: () => undefined, destroy: () => undefined };
    const grammar = { code: 'CHAT_GRAMMAR_FAILED' };
    await expect(collect(samplingSequence([none]).sequence, [0], { seed: 1, constraint })).rejects.toMatchObject(
      grammar,
    );
    const wrong = { code: 'ENGINE_DEVICE_WRONG' };
    await expect(collect(samplingSequence([none]).sequence, [0], { seed: 1 })).rejects.toMatchObject(wrong);
    for (const row of [
      [Number.NaN, 1, 2, 3],
      [1, Number.NaN, 2, 3],
    ]) {
      const settings = { temperature: 1 };
      await expect(collect(tableSequence([row]), [0], { settings })).rejects.toMatchObject(wrong);
    }
  });
});
