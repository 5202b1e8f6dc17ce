import { describe, expect, test } from 'vitest';
import { estimateRun } from './estimateRun.ts';
import { lossSummary, smoothed } from './lossSummary.ts';
import {
  invalidKnobs,
  matchingPreset,
  PRESET_NAMES,
  presetSettings,
  stepCount,
  trainRequest,
} from './trainingSettings.ts';

const points = (losses: number[]) => losses.map((loss, index) => [index + 1, loss] as const);
const balanced = presetSettings('balanced', 256);

describe('settings', () => {
  test('every preset is valid and known by its name until a knob is turned', () => {
    for (const name of PRESET_NAMES) {
      expect(invalidKnobs(presetSettings(name, 576))).toStrictEqual([]);
      expect(matchingPreset(presetSettings(name, 576), 576)).toBe(name);
    }
    for (const knob of Object.keys(balanced) as (keyof typeof balanced)[])
      expect(matchingPreset({ ...balanced, [knob]: balanced[knob] + 1 }, 256)).toBeUndefined();
  });

  test('presets differ in rank, epochs and steps', () => {
    const rest = { learningRate: 0.004, batchSize: 8, seed: 1 };
    expect(PRESET_NAMES.map((name) => presetSettings(name, 256))).toStrictEqual([
      { rank: 8, alpha: 16, epochs: 1, maxSteps: 30, ...rest },
      { rank: 16, alpha: 32, epochs: 4, maxSteps: 0, ...rest },
      { rank: 16, alpha: 32, epochs: 8, maxSteps: 0, ...rest },
    ]);
  });

  test('wider bases learn in smaller steps', () => {
    expect(balanced.learningRate).toBe(0.004);
    expect(presetSettings('balanced', 576).learningRate).toBe(0.0018);
  });

  test('names the knobs that cannot be', () => {
    const wrong = { ...balanced, rank: 1.5, learningRate: Number.NaN, batchSize: 0, seed: -1 };
    expect(invalidKnobs(wrong).map((knob) => knob.name)).toStrictEqual(['rank', 'learningRate', 'batchSize', 'seed']);
  });

  test.each([
    ['rank', 1, 256, 1],
    ['alpha', 1, 1024, 0.5],
    ['learningRate', 1e-6, 0.1, 1e-7],
    ['epochs', 1, 100, 1],
    ['batchSize', 1, 256, 1],
    ['seed', 0, 4_294_967_295, 1],
    ['maxSteps', 0, 1_000_000, 1],
  ] as const)('%s is from %d to %d', (name, min, max, step) => {
    const names = (value: number) => invalidKnobs({ ...balanced, [name]: value }).map((knob) => knob.name);
    for (const value of [min, max]) expect(names(value)).toStrictEqual([]);
    for (const value of [min - step, max + step, Number.POSITIVE_INFINITY]) expect(names(value)).toStrictEqual([name]);
    // Whole steps where a part of one means nothing.
    expect(names(name === 'learningRate' ? 0.0123 : 1.5)).toStrictEqual(step === 1 ? [name] : []);
  });

  test('counts steps: a smaller last batch is a step, a limit wins', () => {
    expect(stepCount({ ...balanced, epochs: 3, batchSize: 8 }, 17)).toBe(9);
    expect(stepCount({ ...balanced, epochs: 3, batchSize: 8, maxSteps: 4 }, 17)).toBe(4);
    expect(stepCount({ ...balanced, epochs: 3, batchSize: 8, maxSteps: 100 }, 17)).toBe(9);
    expect(stepCount(balanced, 0)).toBe(0);
  });

  test('asks the engine for a warm-up of a tenth and leaves absent what is off', () => {
    const rows = Array.from({ length: 80 }, () => ({ inputIds: [1], promptLength: 0 }));
    const request = trainRequest(balanced, rows);
    expect(request).toStrictEqual({
      rows,
      rank: 16,
      alpha: 32,
      learningRate: 0.004,
      schedule: 'linear',
      warmupSteps: 4,
      epochs: 4,
      batchSize: 8,
      weightDecay: 0,
      maxGradientNorm: 1,
      seed: 1,
      checkpointEvery: 2,
    });
    expect(Object.keys(request)).not.toContain('maxSteps');
    expect(Object.keys(request)).not.toContain('resumeFrom');
    const resumeFrom = Uint8Array.of(1);
    expect(trainRequest({ ...balanced, maxSteps: 21 }, rows, resumeFrom)).toMatchObject({
      maxSteps: 21,
      warmupSteps: 2,
      checkpointEvery: 2,
      resumeFrom,
    });
    expect(trainRequest({ ...balanced, maxSteps: 5 }, rows)).toMatchObject({ warmupSteps: 0, checkpointEvery: 1 });
    expect(trainRequest({ ...balanced, maxSteps: 1 }, rows)).toMatchObject({ maxSteps: 1 });
    expect(trainRequest(balanced, [])).toMatchObject({ warmupSteps: 0, checkpointEvery: 1 });
    // 1,000 steps.
    expect(trainRequest({ ...balanced, epochs: 100 }, rows)).toMatchObject({ warmupSteps: 20, checkpointEvery: 10 });
  });
});

describe('estimate', () => {
  test('scales a measured step by tokens, with a fifth in reserve', () => {
    const estimate = estimateRun({ ...balanced, epochs: 2, batchSize: 4 }, [10, 20, 30], {
      tokens: 100,
      milliseconds: 50,
    });
    expect(estimate.steps).toBe(2);
    expect(estimate.tokens).toBe(120);
    expect(estimate.milliseconds).toBeCloseTo(72);
  });

  test('a limit of steps shortens it', () => {
    const lengths = Array.from({ length: 100 }, () => 10);
    expect(
      estimateRun({ ...balanced, maxSteps: 2, batchSize: 5 }, lengths, { tokens: 10, milliseconds: 1 }).tokens,
    ).toBe(100);
  });

  test('nothing is read of no rows, and nothing is known of a step without tokens', () => {
    expect(estimateRun(balanced, [], { tokens: 10, milliseconds: 1 })).toStrictEqual({
      steps: 0,
      tokens: 0,
      milliseconds: 0,
    });
    expect(estimateRun({ ...balanced, epochs: 1 }, [3, 4], { tokens: 0, milliseconds: 1 })).toStrictEqual({
      steps: 1,
      // A last batch that is not full holds no more rows than there are.
      tokens: 7,
      milliseconds: 0,
    });
  });
});

describe('loss in words', () => {
  test('nothing to say before the first step', () => expect(lossSummary([])).toBeUndefined());
  test('falling, level, rising', () => {
    expect(lossSummary(points([4, 3, 2, 1]))).toStrictEqual({ step: 4, first: 4, current: 1.5, trend: 'falling' });
    expect(lossSummary(points([2, 2, 2, 2.01]))?.trend).toBe('level');
    expect(lossSummary(points([1, 1, 2, 2]))?.trend).toBe('rising');
  });
  test('compares the last ten with the ten before, or halves of fewer', () => {
    const many = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(lossSummary(points(many))).toStrictEqual({ step: 30, first: 1, current: 25.5, trend: 'rising' });
    // The first ten do not count.
    expect(lossSummary(points([...Array(10).fill(99), ...Array(20).fill(3)]))).toMatchObject({ trend: 'level' });
    expect(lossSummary(points([9, 2, 2, 2, 4]))).toStrictEqual({ step: 5, first: 9, current: 3, trend: 'rising' });
    expect(lossSummary(points([7]))).toStrictEqual({ step: 1, first: 7, current: 7, trend: 'level' });
    expect(lossSummary(points([7, 3]))).toStrictEqual({ step: 2, first: 7, current: 3, trend: 'falling' });
  });

  test.each([
    [[100, 98], 'level'],
    [[100, 97.9], 'falling'],
    [[100, 102], 'level'],
    [[100, 102.1], 'rising'],
    [[0, 5], 'level'],
  ] as const)('of %j the trend is %s', (losses, trend) => expect(lossSummary(points([...losses]))?.trend).toBe(trend));

  test('the smoothed curve weighs later losses more, without the bias of its start', () => {
    expect(smoothed([1, 3], 0.5)).toStrictEqual([1, 7 / 3].map((value) => expect.closeTo(value, 12)));
    expect(smoothed([1, 2, 4])).toStrictEqual(
      [1, 0.29 / 0.19, 0.661 / 0.271].map((value) => expect.closeTo(value, 12)),
    );
  });

  test('the smoothed curve begins at the first loss and is not longer', () => {
    expect(smoothed([5, 5, 5])).toStrictEqual([5, 5, 5].map((value) => expect.closeTo(value)));
  });
});
