import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { argmaxToken, sampleToken, samplingDistribution } from './samplingDistribution.ts';
import { seededRandom } from './seededRandom.ts';

interface Case {
  readonly logits: string;
  readonly settings: {
    readonly repetition_penalty?: number;
    readonly temperature?: number;
    readonly top_k?: number;
    readonly top_p?: number;
    readonly min_p?: number;
    readonly context?: readonly number[];
  };
  readonly kept: readonly number[];
  readonly probabilities?: readonly number[];
  readonly probabilities_of_kept?: readonly number[];
  readonly only_first?: number;
  readonly draws: readonly { readonly u: number; readonly token: number }[];
}

const file = path.join(import.meta.dirname, '..', '..', '..', 'test', 'golden', 'engine', 'sampling', 'cases.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly vectors: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly Case[];
};

describe('samplingDistribution', () => {
  it('matches the golden kept sets, probabilities and samples', () => {
    expect(golden.cases.length).toBeGreaterThan(100);
    for (const each of golden.cases) {
      const { settings, kept } = each;
      const label = `${each.logits} ${JSON.stringify(settings)}`;
      const result = samplingDistribution(
        golden.vectors[each.logits] ?? [],
        {
          repetitionPenalty: settings.repetition_penalty,
          temperature: settings.temperature,
          topK: settings.top_k,
          topP: settings.top_p,
          minP: settings.min_p,
        },
        settings.context,
      );
      expect(result.ids, label).toEqual(kept);
      const first = each.only_first ?? kept.length;
      const expected = each.probabilities?.filter((_, id) => kept.includes(id)) ?? each.probabilities_of_kept ?? [];
      for (const [index, value] of expected.slice(0, first).entries()) {
        expect(Math.abs((result.probabilities[index] ?? Number.NaN) - value), label).toBeLessThan(1e-12);
      }
      for (const { u, token } of each.draws) expect(sampleToken(result, u), `${label} u ${u}`).toBe(token);
    }
  });
});

it('always keeps the most probable token, with ties to the smallest id', () => {
  const logits = [1, 3, 2, 3];
  expect(samplingDistribution(logits, { topP: 0 })).toEqual({ ids: [3], probabilities: [1] });
  expect(samplingDistribution(logits, { topK: 1 }).ids).toEqual([1, 3]);
  expect(samplingDistribution(logits, { minP: 1 }).ids).toEqual([1, 3]);
  expect(samplingDistribution([-3], { topP: 0, topK: 1, minP: 1 })).toEqual({ ids: [0], probabilities: [1] });
  expect(samplingDistribution([-1, -3, -2], { topK: 2 }).ids).toEqual([0, 2]);
  expect(argmaxToken([-2, -1, -1])).toBe(1);
});

describe('seededRandom', () => {
  it('is deterministic for a seed, differs between seeds, and is uniform', () => {
    const sample = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 2_000 }, () => random());
    };
    expect(sample(1)).toEqual(sample(1));
    expect(sample(1)).not.toEqual(sample(2));
    const mean = sample(3).reduce((sum, value) => sum + value, 0) / 2_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    expect(sample(4).every((value) => value >= 0 && value < 1)).toBe(true);
  });
});
