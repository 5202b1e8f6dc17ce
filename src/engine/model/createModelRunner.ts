// Runs a loaded model: its KV cache, the batches that its sequences share, and the output head. Sessions are sequences on a
// runner; a future scheduler that fills batches with rows of many sequences belongs here.
import { lazy } from '../../lib/lazy.ts';
import type { OperatorCall, Plan, Tensor } from '../backend.ts';
import { argmax } from '../kernels/argmax/argmax.ts';
import { selectRow } from '../kernels/selectRow/selectRow.ts';
import { createKVCache, type KVCache } from '../kvCache/createKVCache.ts';
import { type AdapterTable, createAdapterTable, NO_ADAPTER } from './createAdapterTable.ts';
import { type Batch, createBatch } from './createBatch.ts';
import { headCalls } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';
import type { DeviceAdapter } from './deviceAdapter.ts';

export interface ModelRunnerOptions {
  /** Maximum rows per submission during prefill. Default: 64. */
  readonly prefillChunkSize?: number;
  /** Default: a KV cache of its own for one sequence. */
  readonly kvCache?: KVCache;
}

export interface ModelRunner {
  readonly model: LoadedModel;
  readonly kvCache: KVCache;
  /** Maps the adapter indices of rows to adapters. */
  readonly adapters: AdapterTable;
  /** One row; the same submission computes its `logits` and `argmax`. */
  readonly decode: Batch;
  /** Up to `prefillChunkSize` rows; `lastLogitsPlan` or `allLogits` computes their logits. */
  readonly prefill: Batch;
  /** f32 [vocabulary]: of the last decoded row, or of `lastLogitsPlan`. */
  readonly logits: Tensor;
  /** u32 [1], the index of the largest of `logits`. */
  readonly argmax: Tensor;
  /** Computes `logits` and `argmax` of the last active row of `prefill`. */
  lastLogitsPlan(): Promise<Plan>;
  /** Logits of the first `rows` rows of `prefill`: f32 [rows, vocabulary]. */
  allLogits(rows: number): Promise<Float32Array<ArrayBuffer>>;
  /** Runs `work` after all earlier work: the buffers of the batches serve one caller at a time. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Compiles the plans for rows of this adapter. */
  prepare(adapter: number): Promise<void>;
  /** Drops the plans and the index of an adapter that is about to be removed. */
  forgetAdapter(adapter: DeviceAdapter): void;
  destroy(): void;
}

export function createModelRunner(model: LoadedModel, options: ModelRunnerOptions = {}): ModelRunner {
  const { backend, config, contextLength } = model;
  const prefillChunkSize = Math.min(contextLength, options.prefillChunkSize ?? 64);
  const kvCache = options.kvCache ?? createKVCache(model);
  const adapters = createAdapterTable();
  const tensor = (label: string, type: 'f32' | 'u32', length: number): Tensor =>
    backend.createTensor(label, type, length);
  const lastRow = tensor('last row', 'f32', config.hiddenSize);
  const logits = tensor('logits', 'f32', config.vocabularySize);
  const best = tensor('argmax', 'u32', 1);
  // Work must not interleave: it all uses the same batches.
  let queue: Promise<unknown> = Promise.resolve();

  const greedyHeadCalls = (x: Tensor, normed: Tensor): OperatorCall[] => [
    ...headCalls(model, { x, normed, logits }, 1),
    argmax(logits, best, config.vocabularySize),
  ];

  const decode = createBatch(model, kvCache, adapters, {
    label: 'decode',
    capacity: 1,
    afterDecoder: ({ x, normed }) => greedyHeadCalls(x, normed),
  });
  const prefill = createBatch(model, kvCache, adapters, { label: 'prefill', capacity: prefillChunkSize });

  const lastHead = lazy(() =>
    backend.record('head', [
      selectRow(prefill.activations.step, prefill.activations.x, lastRow, config.hiddenSize),
      ...greedyHeadCalls(lastRow, decode.activations.normed),
    ]),
  );

  const wholeHead = lazy(async () => {
    const { x, normed } = prefill.activations;
    const all = tensor('all logits', 'f32', prefillChunkSize * config.vocabularySize);
    try {
      const calls = headCalls(model, { x, normed, logits: all }, prefillChunkSize);
      return { plan: await backend.record('head of all rows', calls), logits: all };
    } catch (error) {
      backend.destroyTensor(all);
      throw error;
    }
  });

  return {
    model,
    kvCache,
    adapters,
    decode,
    prefill,
    logits,
    argmax: best,
    lastLogitsPlan: lastHead.get,
    async allLogits(rows) {
      const head = await wholeHead.get();
      backend.submit(head.plan, { rows });
      const range = { offset: 0, length: rows * config.vocabularySize };
      return (await backend.download(head.logits, range)) as Float32Array<ArrayBuffer>;
    },
    exclusively(work) {
      const result = queue.then(work);
      queue = result.catch(() => undefined);
      return result;
    },
    async prepare(adapter) {
      const plans = async (): Promise<void> => {
        // What answers wait for most is measured first: a device has a budget of time for that.
        for (const batch of [decode, prefill]) await batch.planFor([adapter]);
      };
      await Promise.all([plans(), lastHead.get()]);
    },
    forgetAdapter(adapter) {
      const index = adapters.remove(adapter);
      if (index === NO_ADAPTER) return;
      for (const batch of [decode, prefill]) batch.forgetAdapter(index);
    },
    destroy() {
      for (const batch of [decode, prefill]) batch.destroy();
      lastHead.drop((head) => backend.destroyPlan(head));
      wholeHead.drop((head) => {
        backend.destroyPlan(head.plan);
        backend.destroyTensor(head.logits);
      });
      if (options.kvCache === undefined) kvCache.destroy();
      for (const each of [lastRow, logits, best]) backend.destroyTensor(each);
    },
  };
}
