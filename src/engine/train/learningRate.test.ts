import { describe, expect, it } from 'vitest';
import { goldenJson } from '../testing/trainingGolden.ts';
import { learningRate } from './learningRate.ts';

interface GoldenSchedule {
  readonly name: string;
  readonly lr: number;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly rates: readonly number[];
}

const { schedules } = goldenJson('schedules.json') as { schedules: readonly GoldenSchedule[] };

describe('learningRate', () => {
  it.each(schedules)('follows $name with $warmup_steps of $total_steps steps as warm-up', (golden) => {
    const { name, lr, warmup_steps, total_steps: totalSteps, rates } = golden;
    const kind = name === 'linear' || name === 'cosine' ? name : 'constant';
    // In transformers "constant" has no warm-up; "constant_with_warmup" has.
    const warmupSteps = name === 'constant' ? 0 : warmup_steps;
    for (const [index, rate] of rates.entries()) {
      const actual = learningRate({ kind, learningRate: lr, warmupSteps, totalSteps }, index + 1);
      expect(Math.abs(actual - rate)).toBeLessThanOrEqual(1e-12 * lr);
    }
  });
});
