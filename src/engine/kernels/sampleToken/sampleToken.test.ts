import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backend, Tensor } from '../../backend.ts';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { sampleToken, samplingDistribution } from '../../sampling/samplingDistribution.ts';
import { dawnBackend, testNoise } from '../../testing/agreement.ts';
import {
  inContext,
  NO_TOKEN,
  packSamplingParams,
  type SamplingParamWords,
  sampleTokenCalls,
  sampleTokenOperator,
  topLogitsCall,
  topWords,
} from './sampleToken.ts';

interface Row {
  readonly logits: Float32Array;
  readonly settings: Partial<SamplingParamWords>;
  /** Index of the sample. */
  readonly number?: number;
  readonly history?: readonly (readonly [id: number, word: number])[];
  readonly mask?: (id: number) => boolean;
}

const plain: SamplingParamWords = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  seed: 3,
  masked: false,
  alternatives: 0,
};

/** One sample of every row at once: the words of `sampled`, `ids`, `positions` and `top` after it. */
async function sample(
  backend: Backend,
  rows: readonly Row[],
): Promise<Record<'sampled' | 'ids' | 'positions' | 'top', Uint32Array>> {
  const size = rows[0]?.logits.length ?? 0;
  const tensors: Tensor[] = [];
  const make = (name: string, type: 'f32' | 'u32', length: number): Tensor => {
    const tensor = backend.createTensor(name, type, rows.length * length);
    tensors.push(tensor);
    return tensor;
  };
  const bound = {
    settings: make('settings', 'u32', 16),
    logits: make('logits', 'f32', size),
    history: make('history', 'u32', size),
    mask: make('mask', 'u32', Math.ceil(size / 32)),
    adjusted: make('adjusted', 'f32', size),
    chunks: make('chunks', 'f32', 4 * Math.ceil(size / 64)),
    list: make('list', 'u32', 4 * size),
    ids: make('ids', 'u32', 1),
    positions: make('positions', 'u32', 1),
    sampled: make('sampled', 'u32', 4),
    top: make('top', 'u32', 2 * topWords),
  };
  for (const [row, { logits, settings, number = 0, history = [], mask }] of rows.entries()) {
    backend.upload(bound.settings, packSamplingParams({ ...plain, ...settings, masked: mask !== undefined }), 16 * row);
    backend.upload(bound.logits, Float32Array.from(logits), size * row);
    backend.upload(bound.positions, Uint32Array.of(10 + row), row);
    backend.upload(bound.sampled, Uint32Array.of(0, number), 4 * row);
    for (const [id, word] of history) backend.upload(bound.history, Uint32Array.of(word), size * row + id);
    const words = new Uint32Array(Math.ceil(size / 32));
    for (let id = 0; id < size; id += 1)
      if (mask?.(id) === true) words[id >> 5] = (words[id >> 5] ?? 0) | (1 << (id & 31));
    backend.upload(bound.mask, words, words.length * row);
  }
  const plan = await backend.record('sample', [...sampleTokenCalls(bound, size, 2), topLogitsCall(bound, size, 2)]);
  backend.submit(plan, { rows: rows.length });
  const read = async (tensor: Tensor): Promise<Uint32Array> => (await backend.download(tensor)) as Uint32Array;
  const [sampled, ids, positions, top] = [
    await read(bound.sampled),
    await read(bound.ids),
    await read(bound.positions),
    await read(bound.top),
  ];
  backend.destroyPlan(plan);
  for (const each of tensors) backend.destroyTensor(each);
  return { sampled, ids, positions, top };
}

const sampledIds = (sampled: Uint32Array): number[] =>
  Array.from({ length: sampled.length / 4 }, (_, row) => sampled[4 * row + 2] ?? -1);

/** The ids that f64 accepts when settings and u vary by the smallest amount: f32 may decide differently at the edges of kept sets. */
function acceptable({ logits, settings, number = 0 }: Row, samples: (number: number) => number): Set<number> {
  const { temperature = 1, topK, topP = 1, minP = 0 } = settings;
  const near = (value: number): number[] => [value, value - 1e-5, value + 1e-5];
  const ids = new Set<number>();
  for (const p of topP < 1 ? near(topP) : [1]) {
    for (const least of minP > 0 ? near(minP) : [0]) {
      const kept = samplingDistribution(logits, { temperature, topK, topP: p, minP: least });
      for (const u of near(samples(number))) ids.add(sampleToken(kept, u));
    }
  }
  return ids;
}

/** The u of a sample, by its definition. */
async function uniform(number: number, seed: number): Promise<number> {
  const { seededRandom } = await import('../../sampling/seededRandom.ts');
  const next = seededRandom(seed);
  for (let n = 0; n < number; n += 1) next();
  return next();
}

const spread = (size: number, seed: number, scale: number): Float32Array =>
  testNoise(size, seed).map((value) => value * scale);
const rounded = (size: number, seed: number): Float32Array =>
  testNoise(size, seed).map((value) => Math.round(value * 3));

describe('sampleToken', () => {
  const choices: readonly Partial<SamplingParamWords>[] = [
    {},
    { temperature: 0.3 },
    { topK: 1 },
    { topK: 7 },
    { topK: 900, temperature: 2 },
    { topP: 0.9 },
    { topP: 0.05 },
    { topP: 0.999, temperature: 1.7 },
    { minP: 0.1 },
    { topK: 40, topP: 0.8, minP: 0.02, temperature: 0.8 },
    { topK: 5_000, topP: 0.5 },
  ];

  it.each(['device', 'reference'])(
    'samples what f64 samples from the same numbers, ties and all, on the %s',
    async (kind) => {
      const backend = kind === 'device' ? await dawnBackend() : createReferenceBackend();
      const size = 1_003;
      const vectors = [spread(size, 5, 8), spread(size, 6, 0.01), rounded(size, 7), new Float32Array(size).fill(-2)];
      const rows = vectors.flatMap((logits) =>
        choices.flatMap((settings) => [4, 5, 6].map((number) => ({ logits, settings, number }))),
      );
      const { sampled } = await sample(backend, rows);
      const numbers = new Map(
        await Promise.all([4, 5, 6].map(async (n) => [n, await uniform(n, plain.seed)] as const)),
      );
      for (const [index, id] of sampledIds(sampled).entries()) {
        const row = rows[index] as (typeof rows)[number];
        const label = `${index} ${JSON.stringify(row.settings)} sample ${row.number}`;
        expect([...acceptable(row, (n) => numbers.get(n) ?? 0)], label).toContain(id);
      }
    },
  );

  it('samples only from the golden sets', async () => {
    const file = path.join(import.meta.dirname, '../../../../test/golden/engine/sampling/cases.json');
    const { vectors, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly vectors: Readonly<Record<string, readonly number[]>>;
      readonly cases: readonly {
        readonly logits: string;
        readonly settings: Readonly<Record<'temperature' | 'top_k' | 'top_p' | 'min_p', number>> & {
          readonly context?: readonly number[];
        };
        readonly kept: readonly number[];
      }[];
    };
    const bySize = new Map<number, Row[]>();
    const kept = new Map<Row, readonly number[]>();
    for (const each of cases) {
      const logits = Float32Array.from(vectors[each.logits] ?? []);
      if (each.settings.context !== undefined || logits.length > 2_000) continue;
      const { temperature = 1, top_k: topK = 0, top_p: topP = 1, min_p: minP = 0 } = each.settings;
      for (const number of [0, 1, 2, 3]) {
        const row = { logits, settings: { temperature, topK, topP, minP }, number };
        kept.set(row, each.kept);
        bySize.set(logits.length, [...(bySize.get(logits.length) ?? []), row]);
      }
    }
    expect(kept.size).toBeGreaterThan(100);
    const us = await Promise.all([0, 1, 2, 3].map((n) => uniform(n, plain.seed)));
    for (const rows of bySize.values()) {
      const { sampled } = await sample(await dawnBackend(), rows);
      for (const [index, id] of sampledIds(sampled).entries()) {
        const row = rows[index] as Row;
        const label = JSON.stringify(row.settings);
        expect(kept.get(row), label).toContain(id);
        expect([...acceptable(row, (n) => us[n] ?? 0)], label).toContain(id);
      }
    }
  });

  it('is greedy at temperature 0, the smallest of equal ids first', async () => {
    const logits = new Float32Array(300).fill(-5);
    logits.set([2, 2], 130);
    const { sampled, ids, positions } = await sample(await dawnBackend(), [{ logits, settings: { temperature: 0 } }]);
    expect([...sampled.slice(0, 3), ids[0], positions[0]]).toEqual([1, 1, 130, 130, 11]);
  });

  it('applies penalties by context and count, then the mask', async () => {
    const logits = Float32Array.of(3, 2.9, 2.8, -1);
    const greedy = { temperature: 0 };
    const rows: Row[] = [
      { logits, settings: { ...greedy, repetitionPenalty: 1.2 }, history: [[0, inContext]] },
      {
        logits,
        settings: { ...greedy, frequencyPenalty: 0.06 },
        history: [
          [0, 2 + inContext],
          [1, 1],
        ],
      },
      {
        logits,
        settings: { ...greedy, presencePenalty: 0.15 },
        history: [
          [0, 5],
          [1, 0],
        ],
      },
      { logits, settings: greedy, mask: (id) => id > 1 },
      { logits, settings: greedy, mask: () => false },
      { logits, settings: {}, mask: (id) => id === 3 },
    ];
    for (const backend of [await dawnBackend(), createReferenceBackend()]) {
      expect(sampledIds((await sample(backend, rows)).sampled)).toEqual([1, 0, 1, 2, NO_TOKEN, 3]);
    }
  });

  it('reports logarithms of probability without settings and mask', async () => {
    const rows: Row[] = [{ logits: rounded(200, 9), settings: { alternatives: 20, topK: 2 }, mask: (id) => id > 50 }];
    const device = await sample(await dawnBackend(), rows);
    const reference = await sample(createReferenceBackend(), rows);
    expect(sampledIds(device.sampled)).toEqual(sampledIds(reference.sampled));
    const idsOf = (top: Uint32Array): number[] => Array.from({ length: 20 }, (_, n) => top[1 + 2 * n] ?? -1);
    expect(idsOf(device.top)).toEqual(idsOf(reference.top));
    const numbers = [device, reference].map(({ top }) => new Float32Array(top.buffer));
    for (const at of [0, 2, 20, 40]) expect(numbers[0]?.[at]).toBeCloseTo(numbers[1]?.[at] ?? 0, 5);
  });

  it('samples the same in workgroups of 256', async () => {
    const logits = spread(20_000, 11, 9);
    const rows = choices.map((settings): Row => ({ logits, settings }));
    const [small, wide] = sampleTokenOperator.variants;
    const backend = await dawnBackend();
    const results = [];
    for (const variant of [small, wide]) {
      if (variant === undefined) throw new Error('a variant is missing');
      const only = { ...sampleTokenOperator, variants: [{ ...variant, supports: () => true }] };
      const record: Backend['record'] = (label, calls) =>
        backend.record(
          label,
          calls.map((call) => (call.operator === sampleTokenOperator ? { ...call, operator: only } : call)),
        );
      results.push(sampledIds((await sample({ ...backend, record }, rows)).sampled));
    }
    expect(results[0]).toEqual(results[1]);
  });
});

it('treats a candidate count beyond 32 bits as all candidates', () => {
  expect(packSamplingParams({ ...plain, topK: 2 ** 32 + 1 })[1]).toBe(0xffffffff);
});
