// Per-sample gradients of the summed response cross-entropy with respect to an adapter, for attribution, in the order of
// `AdapterLayout`. One plan serves single rows as well as batches, in which each row has its own slot.

import type { LoadedModel } from '../model/decoderWeights.ts';
import type { AdapterModule } from '../model/deviceAdapter.ts';
import type { EncodedRow } from '../service.ts';
import { flattenAdapter } from './adapterLayout.ts';
import { checkTrainable } from './checkTrainable.ts';
import { packRows, targetCount } from './packRows.ts';
import { planCapacity } from './planCapacity.ts';
import { createTrainingGraph, type TrainingGraph } from './trainingGraph.ts';

export interface RowGradient {
  /** Index of the row in the request. */
  readonly row: number;
  /** f32, the flat vector of the adapter. */
  readonly gradient: Float32Array<ArrayBuffer>;
  /** Summed cross-entropy of the response in nats. */
  readonly loss: number;
}

export interface PerSampleGradients {
  /** Elements of a gradient. */
  readonly length: number;
  /** Gradients of rows in order, computed in batches but separate for each row. Throws `TRAIN_ROW_TOO_LONG`. */
  gradients(rows: readonly EncodedRow[], signal?: AbortSignal): AsyncGenerator<RowGradient>;
  destroy(): void;
}

/** Maximum bytes for the gradients of one batch. */
const GRADIENT_BUDGET = 64 * 2 ** 20;
const COMFORTABLE_TOKENS = 512;
const MAX_SLOTS = 16;

/**
 * Per-sample gradients of an adapter on a model. The first call reserves memory for rows of its size, and a longer row reserves
 * it again; `slots` bounds how many rows are computed together (1: one at a time). Throws `ENGINE_TRAINING_UNSUPPORTED` for a
 * model without a backward pass.
 */
export function perSampleGradients(
  model: LoadedModel,
  modules: readonly AdapterModule[],
  options: { readonly slots?: number } = {},
): PerSampleGradients {
  const { backend, config } = model;
  checkTrainable(config);
  const { layout, parameters } = flattenAdapter(config, modules);
  const slots = Math.max(1, Math.min(options.slots ?? MAX_SLOTS, Math.floor(GRADIENT_BUDGET / (4 * layout.length))));
  let current: { readonly plan: TrainingGraph; readonly tokens: number; readonly targets: number } | undefined;

  async function planFor(rows: readonly EncodedRow[]): Promise<NonNullable<typeof current>> {
    // Sizes in powers of two, so that a conversation does not need a new plan for every longer answer.
    const roundUp = (count: number): number =>
      Math.min(model.contextLength, 2 ** Math.ceil(Math.log2(Math.max(32, count))));
    const maxRowTokens = roundUp(Math.max(...rows.map(({ inputIds }) => inputIds.length)));
    const maxTargets = roundUp(Math.max(...rows.map(targetCount)));
    if (current !== undefined && current.tokens >= maxRowTokens && current.targets >= maxTargets) return current;
    current?.plan.destroy();
    current = undefined;
    const tokens = slots === 1 ? maxRowTokens : COMFORTABLE_TOKENS;
    const capacity = planCapacity(model, layout, {
      tokens,
      targets: slots === 1 ? maxTargets : COMFORTABLE_TOKENS,
      maxRowTokens,
      maxTargets,
    });
    const plan = await createTrainingGraph({ model, layout, slots, ...capacity });
    backend.upload(plan.parameters, parameters);
    current = { plan, tokens: capacity.tokenCapacity, targets: capacity.targetCapacity };
    return current;
  }

  return {
    length: layout.length,
    async *gradients(rows, signal) {
      if (rows.length === 0) return;
      const { plan, tokens, targets } = await planFor(rows);
      let row = 0;
      for (const batch of packRows(rows, { tokens, targets, rows: slots }, config.slidingWindow)) {
        signal?.throwIfAborted();
        plan.clearGradients();
        const losses = await plan.accumulate(batch, 1);
        const { targetsPerRow } = batch;
        const length = targetsPerRow.length * layout.length;
        const all = (await backend.download(plan.gradients, { offset: 0, length })) as Float32Array<ArrayBuffer>;
        let target = 0;
        for (const [slot, count] of targetsPerRow.entries()) {
          const loss = losses.subarray(target, target + count).reduce((total, value) => total + value, 0);
          target += count;
          yield { row, gradient: all.slice(slot * layout.length, (slot + 1) * layout.length), loss };
          row += 1;
        }
      }
    },
    destroy() {
      current?.plan.destroy();
      current = undefined;
    },
  };
}
