// What computes a loaded model: its KV cache, the batches that its sequences share, and the head after them. Sessions are
// sequences on a runner; a scheduler that fills the batches with rows of many sequences has its place here.
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
  /** Most rows of one submission while prompts are read; default 64. */
  readonly prefillChunkSize?: number;
  /** Where keys and values go; default: a cache of its own for one sequence. */
  readonly kvCache?: KVCache;
}

export interface ModelRunner {
  readonly model: LoadedModel;
  readonly kvCache: KVCache;
  /** What the adapter indices of rows stand for. */
  readonly adapters: AdapterTable;
  /** One row; `logits` and `argmax` of it are computed in the same submission. */
  readonly decode: Batch;
  /** Up to a chunk of rows; their logits are computed by `lastLogitsPlan` or `allLogits`. */
  readonly prefill: Batch;
  /** f32 [vocabulary]: of the row that was decoded last, or of `lastLogitsPlan`. */
  readonly logits: Tensor;
  /** u32 [1], the index of the largest of `logits`. */
  readonly argmax: Tensor;
  /** Computes `logits` and `argmax` of the last active row of `prefill`; for one row. */
  lastLogitsPlan(): Promise<Plan>;
  /** Logits of the first `rows` rows of `prefill`: f32 [rows, vocabulary]. */
  allLogits(rows: number): Promise<Float32Array<ArrayBuffer>>;
  /** Runs `work` after everything that was asked before: the buffers of the batches serve one use at a time. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Compiles what rows of this adapter need. */
  prepare(adapter: number): Promise<void>;
  /** Drops the plans of an adapter that is about to go, and its index. */
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
  // Work must not interleave: each fills the same batches.
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
