// One sequence on a model runner: the ids whose keys and values are in the KV cache, its adapter and its sampler. The runner owns
// activations and plans. Knows token ids and logits, and nothing of text.
import { TributaryError } from '../../lib/errors.ts';
import { lazy } from '../../lib/lazy.ts';
import { createSampler, MAX_STEPS, type SampledToken, type SamplerState } from '../sampling/createSampler.ts';
import { checkTokenIds } from './checkTokenIds.ts';
import type { Batch } from './createBatch.ts';
import { createModelRunner, type ModelRunner, type ModelRunnerOptions } from './createModelRunner.ts';
import { uploadRows } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';
import type { DeviceAdapter } from './deviceAdapter.ts';

/** The options of the session's own runner, or a runner that it shares with other sessions. */
export type SessionOptions =
  | (ModelRunnerOptions & { readonly runner?: undefined })
  | { readonly runner: ModelRunner; readonly prefillChunkSize?: undefined; readonly kvCache?: undefined };

export interface ReadOptions {
  /** Checked before each chunk; the cache then contains whole chunks and stays usable. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Samples tokens on the device, so that the logits need not be downloaded. */
export interface SessionSampler {
  /** Sets the parameters, penalties and random numbers of all further tokens. */
  start(start: SamplerState): Promise<void>;
  /** Sets the ids that may be sampled next: bit i % 32 of word i / 32. Undefined: all. */
  setMask(bits: Uint32Array<ArrayBuffer> | undefined): Promise<void>;
  /** Maximum number of tokens per `sample`. */
  readonly maxTokens: number;
  /**
   * Runs the model on ids after those in the cache, then samples `count` tokens without waiting in between. All but the last are in
   * the cache afterwards. An id of `NO_TOKEN` means that the mask forbade every id.
   */
  sample(ids: readonly number[], count: number, options?: ReadOptions): Promise<readonly SampledToken[]>;
}

export interface Session {
  /** The ids whose keys and values are in the cache. */
  readonly ids: readonly number[];
  readonly contextLength: number;
  readonly adapter: DeviceAdapter | undefined;
  /**
   * Uses another adapter, or none, from now on. A change empties the sequence: keys and values depend on the adapter. Like
   * `truncate`, it must not be called during `forward`.
   */
  useAdapter(adapter: DeviceAdapter | undefined): void;
  /** Drops all but the first `length` ids. */
  truncate(length: number): void;
  /**
   * Reuses the longest prefix of `prompt`, without its last id, whose keys and values are in the prefix cache, from this session or
   * another; returns its length. Pass the rest of the prompt to `forward`.
   */
  matchPrefixCache(prompt: readonly number[]): Promise<number>;
  /** Runs the model on ids after those in the cache; returns logits f32 [vocabulary] after the last one. */
  forward(ids: readonly number[], options?: ReadOptions): Promise<Float32Array<ArrayBuffer>>;
  /** Like `forward`, but returns the index of the largest logit; the logits stay on the device. */
  forwardArgmax(ids: readonly number[], options?: ReadOptions): Promise<number>;
  /** Like `forward`, with the logits after every id: f32 [ids.length, vocabulary]. */
  forwardAllLogits(ids: readonly number[], options?: ReadOptions): Promise<Float32Array<ArrayBuffer>>;
  /** Absent on the CPU backends: there the logits are in memory, and `cpuSampler` samples. */
  readonly sampler: SessionSampler | undefined;
  /** Compiles the plans, so that the first answer need not wait for them. */
  prepare(): Promise<void>;
  /** Drops the plans of an adapter that is about to be removed. Call it on every session of the runner that uses the adapter. */
  forgetAdapter(adapter: DeviceAdapter): void;
  destroy(): void;
}

export function createSession(model: LoadedModel, options: SessionOptions = {}): Session {
  const { backend, config, contextLength } = model;
  const runner = options.runner ?? createModelRunner(model, options);
  const { decode, prefill, logits } = runner;
  const sequence = runner.kvCache.openSequence();
  let adapter: DeviceAdapter | undefined;

  const sampler = lazy(() => {
    const { ids, positions } = decode.activations;
    return createSampler(backend, { logits, ids, positions }, config.vocabularySize);
  });

  function check(newIds: readonly number[]): void {
    if (newIds.length === 0) {
      throw new TributaryError({
        code: 'ENGINE_PROMPT_EMPTY',
        message: 'There is no token to read.',
        hint: 'Write a message first.',
      });
    }
    const tokens = sequence.ids.length + newIds.length;
    if (tokens > contextLength) {
      throw new TributaryError({
        code: 'ENGINE_CONTEXT_FULL',
        message: 'The conversation is longer than the context that was reserved for it.',
        facts: { tokens, contextLength },
        hint: 'Start a new conversation, shorten the message, or load the model with a longer context.',
      });
    }
    checkTokenIds(newIds, config.vocabularySize);
  }

  const adapterIndex = (): number => runner.adapters.indexOf(adapter);

  /** Submits `part`, at most the batch's capacity, after the cached ids. */
  async function submitRows(batch: Batch, part: readonly number[]): Promise<void> {
    const start = sequence.ids.length;
    await sequence.reserve(start + part.length);
    const { slot } = sequence;
    await batch.forward(part.map((id, row) => ({ id, position: start + row, slot, adapter: adapterIndex() })));
    sequence.append(part);
  }

  /** Submits all of `newIds`; `afterChunk` runs after each chunk with its number of rows. */
  async function advance(
    newIds: readonly number[],
    { signal, onProgress }: ReadOptions,
    afterChunk?: (rows: number) => Promise<void>,
  ): Promise<void> {
    check(newIds);
    signal?.throwIfAborted();
    if (newIds.length === 1 && afterChunk === undefined) {
      await decode.planFor([adapterIndex()]);
      await submitRows(decode, newIds);
      return;
    }
    await prefill.planFor([adapterIndex()]);
    const head = await runner.lastLogitsPlan();
    for (let done = 0; done < newIds.length; done += prefill.capacity) {
      signal?.throwIfAborted();
      const part = newIds.slice(done, done + prefill.capacity);
      await submitRows(prefill, part);
      const last = done + prefill.capacity >= newIds.length;
      if (afterChunk !== undefined) await afterChunk(part.length);
      else if (last) backend.submit(head, { rows: 1 });
      // Waiting keeps the queue short, so that an abort takes effect within one chunk.
      else if (signal !== undefined || onProgress !== undefined) await backend.download(prefill.activations.step);
      onProgress?.(done + part.length, newIds.length);
    }
  }

  async function sample(
    newIds: readonly number[],
    count: number,
    options: ReadOptions,
  ): Promise<readonly SampledToken[]> {
    const tokens = await sampler.get();
    await advance(newIds, options);
    const row = { slot: sequence.slot, adapter: adapterIndex() };
    const plan = await decode.planFor([row.adapter]);
    const { length } = sequence.ids;
    const steps = Math.min(count, MAX_STEPS, contextLength - length + 1);
    await sequence.reserve(length + steps - 1);
    // The sampler increments the position and overwrites the id.
    uploadRows(backend, decode.activations, [{ ...row, id: 0, position: length - 1 }]);
    for (let sampled = 0; sampled < steps; sampled += 1) {
      if (sampled > 0) backend.submit(plan, { rows: 1 });
      tokens.submit();
    }
    const result = await tokens.read();
    sequence.append(result.slice(0, -1).map(({ id }) => id));
    return result;
  }

  return {
    get ids() {
      return sequence.ids;
    },
    contextLength,
    get adapter() {
      return adapter;
    },
    useAdapter(next) {
      if (next === adapter) return;
      adapter = next;
      sequence.restart(next);
    },
    truncate: (length) => sequence.truncate(length),
    matchPrefixCache: (prompt) => runner.exclusively(() => sequence.matchPrefixCache(prompt)),
    forward: (newIds, readOptions = {}) =>
      runner.exclusively(async () => {
        await advance(newIds, readOptions);
        return (await backend.download(logits)) as Float32Array<ArrayBuffer>;
      }),
    forwardArgmax: (newIds, readOptions = {}) =>
      runner.exclusively(async () => {
        await advance(newIds, readOptions);
        return (await backend.download(runner.argmax))[0] ?? 0;
      }),
    forwardAllLogits: (newIds, readOptions = {}) =>
      runner.exclusively(async () => {
        const all = new Float32Array(newIds.length * config.vocabularySize);
        let filled = 0;
        await advance(newIds, readOptions, async (rows) => {
          const part = await runner.allLogits(rows);
          all.set(part, filled);
          filled += part.length;
        });
        return all;
      }),
    sampler:
      backend.kind === 'reference'
        ? undefined
        : {
            start: (start) => runner.exclusively(async () => (await sampler.get()).start(start)),
            setMask: (bits) => runner.exclusively(async () => (await sampler.get()).setMask(bits)),
            maxTokens: MAX_STEPS,
            sample: (newIds, count, readOptions = {}) => runner.exclusively(() => sample(newIds, count, readOptions)),
          },
    async prepare() {
      const compiled = backend.kind === 'reference' ? undefined : sampler.get();
      await Promise.all([runner.prepare(adapterIndex()), compiled]);
    },
    forgetAdapter(gone) {
      if (adapter === gone) {
        adapter = undefined;
        sequence.restart(undefined);
      }
      runner.forgetAdapter(gone);
    },
    destroy() {
      sampler.drop((tokens) => tokens.destroy());
      sequence.close();
      if (options.runner === undefined) runner.destroy();
    },
  };
}
