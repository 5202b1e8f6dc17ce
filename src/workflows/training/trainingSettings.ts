// The settings of a training run, and the engine's request made from them. Pure: it does not know the engine or the screen.
// Units: optimiser steps; learning rate per step. Wide bases need a smaller rate, hence `hiddenSize`.
import type { EncodedRow, TrainRequest } from '../../engine/index.ts';

export interface TrainingSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** 0: all steps of the epochs. */
  readonly maxSteps: number;
}

export type PresetName = 'quick' | 'balanced' | 'thorough';

/** For a hidden size of 256 (measured on the seedling); scaled in inverse proportion to the width. */
const REFERENCE_LEARNING_RATE = 4e-3;
const REFERENCE_HIDDEN_SIZE = 256;
/** Steps lost at most when the page is closed; short runs, often on slow devices, lose a twentieth. */
const MAX_CHECKPOINT_INTERVAL = 10;

const PRESETS: Readonly<Record<PresetName, Pick<TrainingSettings, 'rank' | 'alpha' | 'epochs' | 'maxSteps'>>> = {
  quick: { rank: 8, alpha: 16, epochs: 1, maxSteps: 30 },
  balanced: { rank: 16, alpha: 32, epochs: 4, maxSteps: 0 },
  thorough: { rank: 16, alpha: 32, epochs: 8, maxSteps: 0 },
};

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** The settings of a preset for a base of this width. */
export function presetSettings(name: PresetName, hiddenSize: number): TrainingSettings {
  const learningRate = Number(((REFERENCE_LEARNING_RATE * REFERENCE_HIDDEN_SIZE) / hiddenSize).toPrecision(2));
  return { ...PRESETS[name], learningRate, batchSize: 8, seed: 1 };
}

/** The preset with these settings; undefined when one was changed. */
export function matchingPreset(settings: TrainingSettings, hiddenSize: number): PresetName | undefined {
  return PRESET_NAMES.find((name) => {
    const preset = presetSettings(name, hiddenSize);
    return (Object.keys(preset) as (keyof TrainingSettings)[]).every((key) => preset[key] === settings[key]);
  });
}

export interface Knob {
  readonly name: keyof TrainingSettings;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

/** The settings as knobs, in the order of the form, with the bounds within which a run works and ends. */
export const KNOBS: readonly Knob[] = [
  { name: 'rank', min: 1, max: 256, integer: true },
  { name: 'alpha', min: 1, max: 1024, integer: false },
  { name: 'learningRate', min: 1e-6, max: 0.1, integer: false },
  { name: 'epochs', min: 1, max: 100, integer: true },
  { name: 'batchSize', min: 1, max: 256, integer: true },
  { name: 'seed', min: 0, max: 4_294_967_295, integer: true },
  { name: 'maxSteps', min: 0, max: 1_000_000, integer: true },
];

/** The knobs whose value is out of bounds, not a number, or not an integer where it must be. */
export function invalidKnobs(settings: TrainingSettings): readonly Knob[] {
  return KNOBS.filter(({ name, min, max, integer }) => {
    const value = settings[name];
    return !(value >= min && value <= max) || (integer && !Number.isInteger(value));
  });
}

/** How many optimiser steps a run of `rowCount` rows takes: a last, smaller batch counts. */
export function stepCount(settings: TrainingSettings, rowCount: number): number {
  const all = Math.ceil(rowCount / settings.batchSize) * settings.epochs;
  return settings.maxSteps > 0 ? Math.min(settings.maxSteps, all) : all;
}

/** The engine's request: linear decay after a warm-up of a tenth, response-only loss, all seven linear layers. */
export function trainRequest(
  settings: TrainingSettings,
  rows: readonly EncodedRow[],
  resumeFrom?: Uint8Array,
): TrainRequest {
  const steps = stepCount(settings, rows.length);
  return {
    rows,
    rank: settings.rank,
    alpha: settings.alpha,
    learningRate: settings.learningRate,
    schedule: 'linear',
    warmupSteps: Math.min(20, Math.floor(steps / 10)),
    epochs: settings.epochs,
    ...(settings.maxSteps > 0 ? { maxSteps: settings.maxSteps } : {}),
    batchSize: settings.batchSize,
    weightDecay: 0,
    maxGradientNorm: 1,
    seed: settings.seed,
    checkpointEvery: Math.min(MAX_CHECKPOINT_INTERVAL, Math.max(1, Math.ceil(steps / 20))),
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
  };
}
