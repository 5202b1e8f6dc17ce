// One optimiser step over packed batches. The loss is the summed cross-entropy over all targets of the step divided by
// their number, not a mean of batch means.
import type { PackedBatch } from './packRows.ts';
import type { TrainingGraph, UpdateSettings } from './trainingGraph.ts';

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Target tokens of the step. */
  readonly tokens: number;
}

/** Runs the step on `plan`. An abort takes effect between batches and leaves the parameters as before the step. */
export async function trainingStep(
  plan: TrainingGraph,
  batches: readonly PackedBatch[],
  settings: UpdateSettings,
  signal?: AbortSignal,
): Promise<StepResult> {
  const tokens = batches.reduce((total, { targetCount }) => total + targetCount, 0);
  plan.clearGradients();
  let sum = 0;
  for (const batch of batches) {
    signal?.throwIfAborted();
    for (const loss of await plan.accumulate(batch, 1 / Math.max(1, tokens))) sum += loss;
  }
  const gradientNorm = await plan.update(settings);
  return { loss: sum / Math.max(1, tokens), gradientNorm, tokens };
}
