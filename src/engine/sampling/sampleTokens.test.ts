import { describe, expect, it } from 'vitest';
import { type SampledToken, type SampleOptions, sampleTokens, type TokenReader } from './sampleTokens.ts';
import { seededRandom } from './seededRandom.ts';

/** A sequence whose logits are a table by the last id; it counts what it reads. */
function tableReader(
  table: readonly (readonly number[])[],
  contextLength = 64,
): TokenReader & { read: TokenReader['read']; readIds: number } {
  let ids: number[] = [];
  const reader = {
    readIds: 0,
    get ids() {
      return ids;
    },
    contextLength,
    truncate(length: number) {
      ids = ids.slice(0, length);
    },
    async read(newIds: readonly number[]) {
      ids.push(...newIds);
      reader.readIds += newIds.length;
      return Float32Array.from(table[ids.at(-1) ?? 0] ?? []);
    },
  };
  return reader;
}

interface Sampling {
  readonly reader: TokenReader;
  /** How many tokens were asked for at once, each time. */
  readonly counts: number[];
  readonly masks: (Uint32Array | undefined)[];
  readonly matched: (readonly number[])[];
}

/** The same with a device that samples the likeliest by itself; `answers` replaces what it would sample. */
function samplingReader(answers?: readonly number[]): Sampling {
  const { read, ...rest } = tableReader(table);
  const made: Sampling = { counts: [], masks: [], matched: [], reader: {} as TokenReader };
  const kept: number[] = [];
  const reader: TokenReader = {
    ...rest,
    get ids() {
      return kept;
    },
    read: async () => {
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
  return Object.assign(made, { reader });
}

// After 0 comes 1, then 2, then 1 again; 3 is never far behind.
const table = [
  [0, 4, 1, 3],
  [0, 1, 4, 3.5],
  [0, 4, 1, 3.5],
  [0, 2, 2, 1],
];

async function collect(
  reader: TokenReader,
  prompt: readonly number[],
  options: Partial<SampleOptions> = {},
): Promise<{ tokens: SampledToken[]; ids: number[]; reason: string }> {
  const stream = sampleTokens(reader, prompt, {
    settings: { temperature: 0 },
    maximumTokens: 6,
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
  it('takes the likeliest at temperature 0, of two the smaller id', async () => {
    expect(await collect(tableReader(table), [0])).toMatchObject({ ids: [1, 2, 1, 2, 1, 2], reason: 'length' });
    expect((await collect(tableReader(table), [3], { maximumTokens: 1 })).ids).toEqual([1]);
    expect(await collect(tableReader(table), [0], { stopIds: [2] })).toMatchObject({ ids: [1], reason: 'stop' });
  });

  it('takes penalties from the logits as OpenAI defines them', async () => {
    const ids = async (settings: SampleOptions['settings']): Promise<number[]> =>
      (await collect(tableReader(table), [0], { settings: { temperature: 0, ...settings } })).ids;
    // The second 1 would have 4 - 0.4 against 3.5, the third 4 - 0.8.
    expect(await ids({ frequencyPenalty: 0.4 })).toEqual([1, 2, 1, 2, 3, 1]);
    expect(await ids({ presencePenalty: 0.4 })).toEqual([1, 2, 1, 2, 1, 2]);
    expect(await ids({ presencePenalty: 0.6 })).toEqual([1, 2, 3, 1, 2, 1]);
    expect(await ids({ frequencyPenalty: -1 })).toEqual([1, 2, 1, 2, 1, 2]);
    // The prompt counts for the repetition penalty, and for that alone.
    expect(
      (
        await collect(tableReader(table), [1, 0], {
          maximumTokens: 1,
          settings: { temperature: 0, repetitionPenalty: 1.5 },
        })
      ).ids,
    ).toEqual([3]);
    expect(
      (
        await collect(tableReader(table), [1, 0], {
          maximumTokens: 1,
          settings: { temperature: 0, presencePenalty: 2 },
        })
      ).ids,
    ).toEqual([1]);
  });

  it('reports logarithms of the model’s own probabilities', async () => {
    const settings = { temperature: 2, presencePenalty: 1, logprobs: 2 };
    const { tokens } = await collect(tableReader(table), [0], { settings, maximumTokens: 2 });
    const logSum = Math.log((table[0] ?? []).reduce((sum, logit) => sum + Math.exp(logit), 0));
    const [first] = tokens;
    expect(first?.logprob).toBeCloseTo((table[0]?.[first?.id ?? 0] ?? 0) - logSum, 12);
    expect(first?.top?.map(({ id }) => id)).toEqual([1, 3]);
    expect(first?.top?.[1]?.logprob).toBeCloseTo(3 - logSum, 12);
    const second = tokens[1];
    const row = table[first?.id ?? 0] ?? [];
    const rowSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(second?.logprob).toBeCloseTo((row[second?.id ?? 0] ?? 0) - rowSum, 12);
    // The penalty on the first token does not show.
    expect(second?.top?.[0]?.logprob).toBeCloseTo(Math.max(...row) - rowSum, 12);
    const none = await collect(tableReader(table), [0], {
      settings: { temperature: 0, logprobs: 0 },
      maximumTokens: 1,
    });
    expect(none.tokens[0]?.top).toEqual([]);
  });

  it('samples by the random numbers it is given, and goes on after tokens sampled before', async () => {
    const settings = { temperature: 1.5 };
    const whole = await collect(tableReader(table), [0], { settings, random: seededRandom(9), maximumTokens: 12 });
    expect(new Set(whole.ids).size).toBeGreaterThan(2);
    for (let cut = 1; cut < 12; cut += 1) {
      const random = seededRandom(9);
      const first = await collect(tableReader(table), [0], { settings, random, maximumTokens: cut });
      const rest = await collect(tableReader(table), [0], { settings, random, maximumTokens: 12, sampled: first.ids });
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
      const { ids } = await collect(tableReader(table), [0], { settings, constraint, random: seededRandom(seed) });
      expect(ids).toEqual(accepted);
      for (const [place, id] of ids.entries()) expect(place % 2 === 0 ? [0, 3] : [2]).toContain(id);
    }
    const never = { ...constraint, allowed: async () => Int32Array.of(0) };
    await expect(collect(tableReader(table), [0], { constraint: never })).rejects.toMatchObject({
      code: 'CHAT_GRAMMAR_FAILED',
    });
  });

  it('reads only what the reader does not keep, and ends with the context', async () => {
    const reader = tableReader(table, 6);
    expect((await collect(reader, [0, 0], { maximumTokens: 2 })).ids).toEqual([1, 2]);
    expect(reader.readIds).toBe(3);
    // 0 0 1 is kept; the 2 that was sampled was never read.
    expect(await collect(reader, [0, 0, 1, 2])).toMatchObject({ ids: [1, 2, 1], reason: 'length' });
    expect(reader.readIds).toBe(3 + 1 + 2);
    // All of a prompt is kept, but not what follows it.
    const again = tableReader(table);
    for (const readIds of [2, 3]) {
      expect((await collect(again, [0, 0], { maximumTokens: 1 })).ids).toEqual([1]);
      expect(again.readIds).toBe(readIds);
    }
  });

  it('throws the reason of an abort', async () => {
    const abort = new AbortController();
    const stream = sampleTokens(tableReader(table), [0], {
      settings: { temperature: 0 },
      maximumTokens: 6,
      stopIds: [],
      random: seededRandom(1),
      signal: abort.signal,
    });
    await stream.next();
    abort.abort();
    await expect(stream.next()).rejects.toThrow(/abort/i);
  });

  it('names the smaller id first among equally likely ones', async () => {
    const { tokens } = await collect(tableReader(table), [3], {
      settings: { temperature: 0, logprobs: 3 },
      maximumTokens: 1,
    });
    expect(tokens[0]?.top?.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(tokens[0]?.top?.[0]?.logprob).toBe(tokens[0]?.top?.[1]?.logprob);
  });

  it('leaves the logits where they are when nothing but the largest is wanted', async () => {
    const reader = { ...tableReader(table), readGreedy: async () => 2 };
    const ids = async (options: Partial<SampleOptions>): Promise<number[]> =>
      (await collect(reader, [0], { maximumTokens: 1, ...options })).ids;
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

  it('asks a device for one token of a prompt, then for several, never for more than are wanted', async () => {
    const { reader, counts, matched } = samplingReader();
    const seeded = { seed: 1, maximumTokens: 20 };
    expect((await collect(reader, [0], seeded)).ids).toEqual(Array.from({ length: 20 }, (_, n) => 1 + (n % 2)));
    expect(matched).toEqual([[0]]);
    expect(counts[0]).toBe(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(Math.max(...counts)).toBeLessThanOrEqual(8);
    expect(counts.length).toBeLessThan(20);
    expect(await collect(reader, [0], { ...seeded, stopIds: [2] })).toMatchObject({ ids: [1], reason: 'stop' });
  });

  it('masks a device before each token of a grammar, which then samples one at a time', async () => {
    const { reader, counts, masks } = samplingReader();
    const accepted: number[] = [];
    const constraint = {
      allowed: async () => Int32Array.of(-1),
      accept: (id: number) => void accepted.push(id),
      destroy: () => undefined,
    };
    const { ids } = await collect(reader, [0], { seed: 1, constraint });
    expect(accepted).toEqual(ids);
    expect(counts).toEqual([1, 1, 1, 1, 1, 1]);
    expect(masks).toEqual([undefined, ...ids.map(() => Uint32Array.of(0xffffffff))]);
  });

  it('says what is wrong when there is nothing to sample', async () => {
    const none = 0xffffffff;
    const constraint = { allowed: async () => Int32Array.of(0), accept: () => undefined, destroy: () => undefined };
    const grammar = { code: 'CHAT_GRAMMAR_FAILED' };
    await expect(collect(samplingReader([none]).reader, [0], { seed: 1, constraint })).rejects.toMatchObject(grammar);
    const wrong = { code: 'ENGINE_DEVICE_WRONG' };
    await expect(collect(samplingReader([none]).reader, [0], { seed: 1 })).rejects.toMatchObject(wrong);
    for (const row of [
      [Number.NaN, 1, 2, 3],
      [1, Number.NaN, 2, 3],
    ]) {
      const settings = { temperature: 1 };
      await expect(collect(tableReader([row]), [0], { settings })).rejects.toMatchObject(wrong);
    }
  });
});
