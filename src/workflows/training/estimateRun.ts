// Estimates the duration of a run from a step that was measured on this device, not from a table of other devices.
import { stepCount, type TrainingSettings } from './trainingSettings.ts';

/** The time of one optimiser step, as measured. */
export interface StepMeasurement {
  /** Tokens as the engine counts them: those that are learnt from, prompts excluded. */
  readonly tokens: number;
  readonly milliseconds: number;
}

export interface RunEstimate {
  readonly steps: number;
  /** Tokens that the whole run learns from. */
  readonly tokens: number;
  readonly milliseconds: number;
}

/**
 * Steps, tokens and time of a run over rows with these numbers of response tokens. Time is proportional to tokens; how full the
 * batches will be is not known in advance, so a fifth is added.
 */
export function estimateRun(
  settings: TrainingSettings,
  rowTokens: readonly number[],
  measured: StepMeasurement,
): RunEstimate {
  const steps = stepCount(settings, rowTokens.length);
  const total = rowTokens.reduce((sum, tokens) => sum + tokens, 0);
  const rowsRead = Math.min(steps * settings.batchSize, rowTokens.length * settings.epochs);
  const tokens = rowTokens.length === 0 ? 0 : Math.round((total / rowTokens.length) * rowsRead);
  return {
    steps,
    tokens,
    milliseconds: measured.tokens === 0 ? 0 : 1.2 * tokens * (measured.milliseconds / measured.tokens),
  };
}
