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
      expect(invalidKnobs(presetSettings(name, 576))).toEqual([]);
      expect(matchingPreset(presetSettings(name, 576), 576)).toBe(name);
    }
    expect(matchingPreset({ ...balanced, rank: 4 }, 256)).toBeUndefined();
  });

  test('presets differ in rank, epochs and steps', () => {
    const rest = { learningRate: 0.004, batchSize: 8, seed: 1 };
    expect(PRESET_NAMES.map((name) => presetSettings(name, 256))).toEqual([
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
    expect(invalidKnobs(wrong).map((knob) => knob.name)).toEqual(['rank', 'learningRate', 'batchSize', 'seed']);
  });

  test('counts steps: a smaller last batch is a step, a limit wins', () => {
    expect(stepCount({ ...balanced, epochs: 3, batchSize: 8 }, 17)).toBe(9);
    expect(stepCount({ ...balanced, epochs: 3, batchSize: 8, maxSteps: 4 }, 17)).toBe(4);
    expect(stepCount(balanced, 0)).toBe(0);
  });

  test('asks the engine for a warm-up of a tenth and leaves absent what is off', () => {
    const rows = Array.from({ length: 80 }, () => ({ inputIds: [1], promptLength: 0 }));
    const request = trainRequest(balanced, rows);
    expect(request.warmupSteps).toBe(4);
    expect(request.checkpointEvery).toBe(2);
    expect(trainRequest({ ...balanced, epochs: 100 }, rows).checkpointEvery).toBe(10);
    expect('maxSteps' in request).toBe(false);
    expect('resumeFrom' in request).toBe(false);
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
});

describe('loss in words', () => {
  test('nothing to say before the first step', () => expect(lossSummary([])).toBeUndefined());
  test('falling, level, rising', () => {
    expect(lossSummary(points([4, 3, 2, 1]))).toEqual({ step: 4, first: 4, current: 1.5, trend: 'falling' });
    expect(lossSummary(points([2, 2, 2, 2.01]))?.trend).toBe('level');
    expect(lossSummary(points([1, 1, 2, 2]))?.trend).toBe('rising');
  });
  test('the smoothed curve begins at the first loss and is not longer', () => {
    expect(smoothed([5, 5, 5])).toEqual([5, 5, 5].map((value) => expect.closeTo(value)));
  });
});
