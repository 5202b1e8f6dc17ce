// A batch of rows of any sequences and adapters: its activation buffers, and the plans that compute it. The caller (later, a
// scheduler) decides which rows run together; the batch knows a sequence only as its row of the block table.
import { TributaryError } from '../../lib/errors.ts';
import { type Lazy, lazy } from '../../lib/lazy.ts';
import type { OperatorCall, Plan, Tensor } from '../backend.ts';
import type { KVCacheTensors } from '../kvCache/createKVCache.ts';
import { type AdapterTable, NO_ADAPTER } from './createAdapterTable.ts';
import { type Activations, type BatchRow, createActivations, decoderCalls, uploadRows } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';

/**
 * Plans for rows of several adapters that a batch keeps. Adapters combine in more ways than a device has memory for, and a plan has bind
 * groups for each of its calls.
 */
export const MAX_MIXED_PLANS = 8;

export interface BatchOptions {
  /** Prefix of its plans' labels, for messages. */
  readonly label: string;
  /** Maximum number of rows per submission. */
  readonly capacity: number;
  /** Calls after the decoder's, in the same submission. */
  readonly afterDecoder?: (activations: Activations) => readonly OperatorCall[];
}

export interface Batch {
  readonly capacity: number;
  /** Inputs and results of the last submission, owned by the batch. */
  readonly activations: Activations;
  /**
   * The forward pass of rows that use these adapters, recorded at first need. Where all rows use one, its factors are applied to all
   * of them; otherwise each adapter's product is masked by the row's index. Of such plans the `MAX_MIXED_PLANS` used last are kept.
   */
  planFor(adapters: Iterable<number>): Promise<Plan>;
  /** Submits the forward pass of `rows`, at most `capacity`, and writes their keys and values to the KV cache. */
  forward(rows: readonly BatchRow[]): Promise<void>;
  /** Drops the plans that apply this adapter. */
  forgetAdapter(index: number): void;
  destroy(): void;
}

interface RecordedPlan {
  readonly plan: Plan;
  readonly scratch: Tensor | undefined;
}

export function createBatch(
  model: LoadedModel,
  cache: KVCacheTensors,
  table: AdapterTable,
  { label, capacity, afterDecoder }: BatchOptions,
): Batch {
  const { backend } = model;
  const { activations, tensors } = createActivations(model, capacity);
  const plans = new Map<string, { readonly adapters: readonly number[]; readonly recorded: Lazy<RecordedPlan> }>();

  async function recordPlan(adapters: readonly number[]): Promise<RecordedPlan> {
    const entries = adapters.flatMap((index) => {
      const adapter = table.at(index);
      return adapter === undefined ? [] : [{ index, adapter }];
    });
    const name = adapters.map((index) => table.at(index)?.id ?? 'base').join(' + ');
    const rank = Math.max(0, ...entries.map(({ adapter }) => adapter.rank));
    const scratch =
      rank === 0 ? undefined : backend.createTensor(`adapter scratch x${capacity}`, 'f32', capacity * rank);
    try {
      const plan = await backend.record(`${label} ${name}`, [
        ...decoderCalls(model, activations, cache, {
          ...(scratch === undefined ? {} : { adapters: { entries, mixed: adapters.length > 1, scratch } }),
        }),
        ...(afterDecoder?.(activations) ?? []),
      ]);
      return { plan, scratch };
    } catch (error) {
      if (scratch !== undefined) backend.destroyTensor(scratch);
      throw error;
    }
  }

  function freePlan({ plan, scratch }: RecordedPlan): void {
    backend.destroyPlan(plan);
    if (scratch !== undefined) backend.destroyTensor(scratch);
  }

  function dropOldMixedPlans(): void {
    const mixed = [...plans].filter(([, { adapters }]) => adapters.length > 1);
    for (const [key, { recorded }] of mixed.slice(0, -MAX_MIXED_PLANS)) {
      recorded.drop(freePlan);
      plans.delete(key);
    }
  }

  async function planFor(indices: Iterable<number>): Promise<Plan> {
    const adapters = [...new Set(indices)].sort((left, right) => left - right);
    const key = adapters.join();
    let entry = plans.get(key);
    if (entry === undefined) {
      const missing = adapters.find((index) => index !== NO_ADAPTER && table.at(index) === undefined);
      if (missing !== undefined) {
        throw new TributaryError({
          code: 'ENGINE_ADAPTER_NOT_LOADED',
          message: 'A row of a batch uses an adapter that is not loaded.',
          facts: { index: missing },
          hint: 'Load the adapter for this model first.',
        });
      }
      entry = { adapters, recorded: lazy(() => recordPlan(adapters)) };
    }
    // To the end of the map: the first of it was used longest ago.
    plans.delete(key);
    plans.set(key, entry);
    if (adapters.length > 1) dropOldMixedPlans();
    return (await entry.recorded.get()).plan;
  }

  return {
    capacity,
    activations,
    planFor,
    async forward(rows) {
      const plan = await planFor(rows.map(({ adapter }) => adapter));
      uploadRows(backend, activations, rows);
      backend.submit(plan, { rows: rows.length });
    },
    forgetAdapter(index) {
      for (const [key, { adapters, recorded }] of plans) {
        if (!adapters.includes(index)) continue;
        recorded.drop(freePlan);
        plans.delete(key);
      }
    },
    destroy() {
      for (const { recorded } of plans.values()) recorded.drop(freePlan);
      plans.clear();
      for (const each of tensors) backend.destroyTensor(each);
    },
  };
}
