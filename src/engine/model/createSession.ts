// One sequence on a loaded model: its key-value cache and the plans that extend it, recorded once. It knows token ids and
// logits, and nothing of text or sampling.
import { TributaryError } from '../../lib/errors.ts';
import { type Lazy, lazy } from '../../lib/lazy.ts';
import type { OperatorCall, Plan, Tensor } from '../backend.ts';
import { createKeyValuePool, type KeyValuePool } from '../cache/createKeyValuePool.ts';
import { argmax } from '../kernels/argmax/argmax.ts';
import { takeRow } from '../kernels/takeRow/takeRow.ts';
import { createTokenDrawer, type DrawnToken, type DrawStart, mostSteps } from '../sampling/createTokenDrawer.ts';
import { createActivations, decoderCalls, headCalls, uploadRows } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';
import type { DeviceAdapter } from './deviceAdapter.ts';

export interface SessionOptions {
  /** Most rows of one submission while a prompt is read; default 64. */
  readonly chunkRows?: number;
  /** The pool that holds its keys and values, for several sessions beside each other; default: one of its own. */
  readonly pool?: KeyValuePool;
}

export interface ReadOptions {
  /** Checked before each chunk; the cache then holds whole chunks and stays usable. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Draws tokens on the device, where their logits can stay. */
export interface SessionDrawing {
  /** Settings, penalties and random numbers of the tokens that are drawn from here on. */
  start(start: DrawStart): Promise<void>;
  /** Which ids may be drawn from here on: bit i % 32 of word i / 32. Undefined: all. */
  setMask(bits: Uint32Array<ArrayBuffer> | undefined): Promise<void>;
  /** Most tokens of one `draw`. */
  readonly mostTokens: number;
  /**
   * Reads ids after those in the cache, then draws `count` tokens, each after the one before, without a stop in between. All but
   * the last are then in the cache. An id of `noToken` says that the mask forbade every one.
   */
  draw(ids: readonly number[], count: number, options?: ReadOptions): Promise<readonly DrawnToken[]>;
}

export interface Session {
  /** The ids whose keys and values are in the cache. */
  readonly ids: readonly number[];
  readonly contextLength: number;
  readonly adapter: DeviceAdapter | undefined;
  /**
   * Uses another adapter, or none, from here on. Empties the cache if it changes: keys and values depend on it. Like `truncate`, not while
   * ids are read.
   */
  useAdapter(adapter: DeviceAdapter | undefined): void;
  /** Forgets all but the first `length` ids. */
  truncate(length: number): void;
  /**
   * Takes up the longest beginning of `prompt` whose keys and values are still in the pool, of this session or another, short of
   * its last id; gives its length. What is left of the prompt is to be read.
   */
  resume(prompt: readonly number[]): Promise<number>;
  /** Reads ids after those in the cache; logits f32 [vocabulary] after the last one. */
  read(ids: readonly number[], options?: ReadOptions): Promise<Float32Array<ArrayBuffer>>;
  /** Like `read`, but gives the index of the largest logit and leaves the logits on the device. */
  readGreedy(ids: readonly number[], options?: ReadOptions): Promise<number>;
  /** Like `read`, with the logits after every id: f32 [ids.length, vocabulary]. */
  readAll(ids: readonly number[], options?: ReadOptions): Promise<Float32Array<ArrayBuffer>>;
  /** Absent on the processor: there the logits are at hand. */
  readonly drawing: SessionDrawing | undefined;
  /** Compiles what reading needs, so that the first answer does not wait for it. */
  prepare(): Promise<void>;
  /** Drops the plans of an adapter that is about to go. */
  forgetAdapter(adapter: DeviceAdapter): void;
  destroy(): void;
}

interface Plans {
  readonly decode: Plan;
  readonly chunk: Plan;
  readonly scratch: readonly Tensor[];
}

export function createSession(model: LoadedModel, options: SessionOptions = {}): Session {
  const { backend, config, contextLength } = model;
  const chunkRows = Math.min(contextLength, options.chunkRows ?? 64);
  const pool = options.pool ?? createKeyValuePool(model);
  const sequence = pool.openSequence();
  const one = createActivations(model, 1);
  const many = createActivations(model, chunkRows);
  const tensor = (label: string, type: 'f32' | 'u32', length: number): Tensor =>
    backend.createTensor(label, type, length);
  const lastRow = tensor('last row', 'f32', config.hiddenSize);
  const logits = tensor('logits', 'f32', config.vocabularySize);
  const best = tensor('argmax', 'u32', 1);
  const owned = [...one.tensors, ...many.tensors, lastRow, logits, best];
  const plans = new Map<DeviceAdapter | undefined, Lazy<Plans>>();
  let adapter: DeviceAdapter | undefined;
  // Reads must not interleave: each extends the same cache.
  let queue: Promise<unknown> = Promise.resolve();

  function greedyHeadCalls(x: Tensor, normed: Tensor): OperatorCall[] {
    return [...headCalls(model, { x, normed, logits }, 1), argmax(logits, best, config.vocabularySize)];
  }

  async function recordPlans(active: DeviceAdapter | undefined): Promise<Plans> {
    const name = active?.id ?? 'base';
    const scratchFor = (rows: number): Tensor | undefined =>
      active === undefined ? undefined : tensor(`adapter scratch x${rows}`, 'f32', rows * active.rank);
    const [scratchOne, scratchMany] = [scratchFor(1), scratchFor(chunkRows)];
    const scratch = [scratchOne, scratchMany].filter((each) => each !== undefined);
    try {
      const decode = await backend.record(`decode ${name}`, [
        ...decoderCalls(model, one.activations, pool, { adapter: active, adapterScratch: scratchOne }),
        ...greedyHeadCalls(one.activations.x, one.activations.normed),
      ]);
      const chunk = await backend.record(
        `prefill ${name}`,
        decoderCalls(model, many.activations, pool, { adapter: active, adapterScratch: scratchMany }),
      );
      return { decode, chunk, scratch };
    } catch (error) {
      for (const each of scratch) backend.destroyTensor(each);
      throw error;
    }
  }

  function plansFor(active: DeviceAdapter | undefined): Promise<Plans> {
    const known = plans.get(active) ?? lazy(() => recordPlans(active));
    plans.set(active, known);
    return known.get();
  }

  function freePlans({ decode, chunk, scratch }: Plans): void {
    backend.destroyPlan(decode);
    backend.destroyPlan(chunk);
    for (const each of scratch) backend.destroyTensor(each);
  }

  /** Logits of the last active row of a chunk. */
  const lastHead = lazy(() =>
    backend.record('head', [
      takeRow(many.activations.step, many.activations.x, lastRow, config.hiddenSize),
      ...greedyHeadCalls(lastRow, one.activations.normed),
    ]),
  );

  /** Logits of every row of a chunk. */
  const wholeHead = lazy(async () => {
    const { x, normed } = many.activations;
    const all = tensor('all logits', 'f32', chunkRows * config.vocabularySize);
    try {
      const plan = await backend.record('head of all rows', headCalls(model, { x, normed, logits: all }, chunkRows));
      return { plan, logits: all };
    } catch (error) {
      backend.destroyTensor(all);
      throw error;
    }
  });

  const drawer = lazy(() => {
    const { ids, positions } = one.activations;
    return createTokenDrawer(backend, { logits, ids, positions }, config.vocabularySize);
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
    const foreign = newIds.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabularySize);
    if (foreign !== undefined) {
      throw new TributaryError({
        code: 'ENGINE_TOKEN_INVALID',
        message: 'A token id is not in the vocabulary of this model.',
        facts: { id: foreign, vocabularySize: config.vocabularySize },
        hint: 'Use the tokenizer that belongs to the model.',
      });
    }
  }

  /** Submits `part`, at most as many ids as `activations` have rows, after those of the cache. */
  async function submitRows(plan: Plan, { activations }: typeof one, part: readonly number[]): Promise<void> {
    const start = sequence.ids.length;
    await sequence.reserve(start + part.length);
    const { slot } = sequence;
    uploadRows(
      backend,
      activations,
      part.map((id, row) => ({ id, position: start + row, slot })),
    );
    backend.submit(plan, { rows: part.length });
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
    const { decode, chunk } = await plansFor(adapter);
    if (newIds.length === 1 && afterChunk === undefined) {
      await submitRows(decode, one, newIds);
      return;
    }
    const head = await lastHead.get();
    for (let done = 0; done < newIds.length; done += chunkRows) {
      signal?.throwIfAborted();
      const part = newIds.slice(done, done + chunkRows);
      await submitRows(chunk, many, part);
      const last = done + chunkRows >= newIds.length;
      if (afterChunk !== undefined) await afterChunk(part.length);
      else if (last) backend.submit(head, { rows: 1 });
      // Waiting keeps the queue short, so that an abort takes effect within one chunk.
      else if (signal !== undefined || onProgress !== undefined) await backend.download(many.activations.step);
      onProgress?.(done + part.length, newIds.length);
    }
  }

  async function draw(newIds: readonly number[], count: number, options: ReadOptions): Promise<readonly DrawnToken[]> {
    const tokens = await drawer.get();
    await advance(newIds, options);
    const { decode } = await plansFor(adapter);
    const { step, positions, slots } = one.activations;
    const { length } = sequence.ids;
    const steps = Math.min(count, mostSteps, contextLength - length + 1);
    await sequence.reserve(length + steps - 1);
    backend.upload(step, Uint32Array.of(1));
    // Drawing makes it the position of the drawn token.
    backend.upload(positions, Uint32Array.of(length - 1));
    backend.upload(slots, Uint32Array.of(sequence.slot));
    for (let drawn = 0; drawn < steps; drawn += 1) {
      if (drawn > 0) backend.submit(decode, { rows: 1 });
      tokens.submit();
    }
    const result = await tokens.read();
    sequence.append(result.slice(0, -1).map(({ id }) => id));
    return result;
  }

  function enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
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
    resume: (prompt) => enqueue(() => sequence.resume(prompt)),
    read: (newIds, readOptions = {}) =>
      enqueue(async () => {
        await advance(newIds, readOptions);
        return (await backend.download(logits)) as Float32Array<ArrayBuffer>;
      }),
    readGreedy: (newIds, readOptions = {}) =>
      enqueue(async () => {
        await advance(newIds, readOptions);
        return (await backend.download(best))[0] ?? 0;
      }),
    readAll: (newIds, readOptions = {}) =>
      enqueue(async () => {
        const all = new Float32Array(newIds.length * config.vocabularySize);
        const head = await wholeHead.get();
        let filled = 0;
        await advance(newIds, readOptions, async (rows) => {
          backend.submit(head.plan, { rows });
          const part = await backend.download(head.logits, { offset: 0, length: rows * config.vocabularySize });
          all.set(part, filled);
          filled += part.length;
        });
        return all;
      }),
    drawing:
      backend.kind === 'reference'
        ? undefined
        : {
            start: (start) => enqueue(async () => (await drawer.get()).start(start)),
            setMask: (bits) => enqueue(async () => (await drawer.get()).setMask(bits)),
            mostTokens: mostSteps,
            draw: (newIds, count, readOptions = {}) => enqueue(() => draw(newIds, count, readOptions)),
          },
    async prepare() {
      const drawing = backend.kind === 'reference' ? undefined : drawer.get();
      await Promise.all([plansFor(adapter), lastHead.get(), drawing]);
    },
    forgetAdapter(gone) {
      if (adapter === gone) {
        adapter = undefined;
        sequence.restart(undefined);
      }
      plans.get(gone)?.drop(freePlans);
      plans.delete(gone);
    },
    destroy() {
      for (const each of plans.values()) each.drop(freePlans);
      drawer.drop((tokens) => tokens.destroy());
      lastHead.drop((head) => backend.destroyPlan(head));
      wholeHead.drop((head) => {
        backend.destroyPlan(head.plan);
        backend.destroyTensor(head.logits);
      });
      sequence.close();
      if (options.pool === undefined) pool.destroy();
      for (const each of owned) backend.destroyTensor(each);
    },
  };
}
