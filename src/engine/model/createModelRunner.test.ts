// One batch with rows of several sequences and adapters: each row has the same logits as in a batch of its own.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend, Tensor } from '../backend.ts';
import { createKVCache } from '../kvCache/createKVCache.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { goldenModel, goldenTensors, largestDifference } from '../testing/goldenModel.ts';
import { createWasmBackend } from '../wasm/createWasmBackend.ts';
import { NO_ADAPTER } from './createAdapterTable.ts';
import { MAX_MIXED_PLANS } from './createBatch.ts';
import { createModelRunner, type ModelRunner } from './createModelRunner.ts';
import { createSession } from './createSession.ts';
import type { BatchRow } from './decoderCalls.ts';
import { type LoadedModel, linearModules } from './decoderWeights.ts';
import { type AdapterModule, type DeviceAdapter, uploadAdapter } from './deviceAdapter.ts';
import { loadModel } from './loadModel.ts';

/** An adapter of every second layer with a large effect on the logits. */
function adapterNamed(model: LoadedModel, id: string, rank: number, seed: number): DeviceAdapter {
  const modules: AdapterModule[] = [];
  for (const [layer, { linear }] of model.layers.entries()) {
    for (const [index, module] of linearModules.entries()) {
      if ((layer + index) % 2 === 0) continue;
      const { rows, columns } = linear[module];
      const wave = (length: number, phase: number): Float32Array<ArrayBuffer> =>
        Float32Array.from({ length }, (_, at) => Math.sin(seed * (at + 1) + phase + layer) / 6);
      modules.push({
        layer,
        module,
        rank,
        scale: 1.5,
        a: wave(rank * columns, index),
        b: wave(rows * rank, index + 9),
      });
    }
  }
  return uploadAdapter(model.backend, id, modules, model.config.layerCount);
}

describe.each([
  // The reference sums in the same order whatever the batch, so nothing may differ.
  { name: 'the reference', open: async (): Promise<Backend> => createReferenceBackend(), tolerance: 0 },
  { name: 'WebAssembly', open: async (): Promise<Backend> => createWasmBackend() as Backend, tolerance: 2e-4 },
  { name: 'Dawn', open: dawnBackend, tolerance: 2e-4 },
])('on $name', ({ open, tolerance }) => {
  let model: LoadedModel;
  let adapters: readonly (DeviceAdapter | undefined)[];
  let prompts: readonly (readonly number[])[];

  beforeAll(async () => {
    const golden = await goldenTensors('tiny-llama');
    model = await loadModel(await open(), await goldenModel('tiny-llama'), { contextLength: 128 });
    adapters = [adapterNamed(model, 'one', 4, 0.7), undefined, adapterNamed(model, 'other', 3, 1.9)];
    const [short, long] = [await golden.integers('prompt_37'), await golden.integers('prompt_100')];
    prompts = [short, long.slice(0, 30), short];
  });

  /** Logits after each row of a batch of `size` ids from `from` on of every prompt in `which`. */
  async function logitsOf(
    runner: ModelRunner,
    which: readonly number[],
    [from, size]: readonly [number, number],
    sequences: readonly ReturnType<ModelRunner['kvCache']['openSequence']>[],
  ): Promise<Float32Array> {
    const rows: BatchRow[] = [];
    for (const index of which) {
      const sequence = sequences[index];
      if (sequence === undefined) throw new Error('no sequence');
      const ids = (prompts[index] ?? []).slice(from, from + size);
      await sequence.reserve(from + ids.length);
      const adapter = runner.adapters.indexOf(adapters[index]);
      rows.push(...ids.map((id, row) => ({ id, position: from + row, slot: sequence.slot, adapter })));
      sequence.append(ids);
    }
    await runner.prefill.forward(rows);
    return await runner.allLogits(rows.length);
  }

  it('rows of two adapters and of the base in one batch have the same logits as in separate batches', async () => {
    const steps = [
      [0, 9],
      [9, 9],
      [18, 1],
      [19, 1],
    ] as const;
    const mixed = createModelRunner(model, {
      kvCache: createKVCache(model, { sequences: 3 }),
      prefillChunkSize: 27,
    });
    const apart = createModelRunner(model, {
      kvCache: createKVCache(model, { sequences: 3 }),
      prefillChunkSize: 27,
    });
    const [together, alone] = [mixed, apart].map(({ kvCache }) =>
      prompts.map((_, index) => {
        const sequence = kvCache.openSequence();
        sequence.restart(adapters[index]);
        return sequence;
      }),
    );
    if (together === undefined || alone === undefined) throw new Error('no sequences');
    for (const step of steps) {
      const logits = await logitsOf(mixed, [0, 1, 2], step, together);
      const each: Float32Array[] = [];
      for (const index of [0, 1, 2]) each.push(await logitsOf(apart, [index], step, alone));
      const expected = Float32Array.from(each.flatMap((part) => [...part]));
      expect(largestDifference(logits, expected), `ids from ${step[0]}`).toBeLessThanOrEqual(tolerance);
      // The adapters make a difference: the first and the third prompt have the same ids.
      const { length } = each[0] as Float32Array;
      expect(largestDifference(expected.subarray(0, length), expected.subarray(2 * length))).toBeGreaterThan(0.1);
    }
    for (const runner of [mixed, apart]) {
      runner.destroy();
      runner.kvCache.destroy();
    }
  });

  it('sessions that share a runner share its activations, and alternately answer as each does alone', async () => {
    const runner = createModelRunner(model, {
      kvCache: createKVCache(model, { sequences: 2 }),
      prefillChunkSize: 16,
    });
    const [one, other] = [createSession(model, { runner }), createSession(model, { runner })];
    const before = model.backend.counters.allocatedBytes;
    one.useAdapter(adapters[0]);
    const [first, second] = await Promise.all([one.forward(prompts[0] ?? []), other.forward(prompts[1] ?? [])]);
    const next = await Promise.all([one.forward([5]), other.forward([6])]);
    for (const [session, expected, ids, id] of [
      [one, first, prompts[0] ?? [], 5],
      [other, second, prompts[1] ?? [], 6],
    ] as const) {
      const single = createSession(model, { prefillChunkSize: 16 });
      single.useAdapter(session.adapter);
      expect(largestDifference(await single.forward(ids), expected)).toBe(0);
      expect(largestDifference(await single.forward([id]), next[session === one ? 0 : 1])).toBe(0);
      single.destroy();
    }
    for (const session of [one, other]) session.destroy();
    expect(model.backend.counters.allocatedBytes - before).toBeLessThan(100_000);
    runner.destroy();
    runner.kvCache.destroy();
  });
});

it('an index belongs to its adapter until that is removed, along with its plans', async () => {
  const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-llama'), { contextLength: 32 });
  const runner = createModelRunner(model);
  const [one, other] = [adapterNamed(model, 'one', 2, 1), adapterNamed(model, 'other', 2, 2)];
  expect([undefined, one, other, one].map((each) => runner.adapters.indexOf(each))).toEqual([NO_ADAPTER, 0, 1, 0]);
  await runner.decode.planFor([0]);
  runner.forgetAdapter(one);
  await expect(runner.decode.planFor([0])).rejects.toMatchObject({ code: 'ENGINE_ADAPTER_NOT_LOADED' });
  expect(runner.adapters.at(1)).toBe(other);
  expect(runner.adapters.indexOf(one)).toBe(0);
  runner.destroy();
});

/** The reference, which notes the begin and the end of each recording and every upload, and counts the plans that exist. */
function watchedBackend() {
  const reference = createReferenceBackend();
  const recordings: string[] = [];
  const uploads: Tensor[] = [];
  let plans = 0;
  const backend: Backend = {
    ...reference,
    async record(label, calls) {
      recordings.push(`${label}: begin`);
      await new Promise((resolve) => setImmediate(resolve));
      const plan = await reference.record(label, calls);
      recordings.push(`${label}: end`);
      plans += 1;
      return plan;
    },
    upload(tensor, data, offset) {
      uploads.push(tensor);
      reference.upload(tensor, data, offset);
    },
    destroyPlan(plan) {
      plans -= 1;
      reference.destroyPlan(plan);
    },
  };
  return { backend, recordings, uploads, plans: () => plans };
}

it('prepares decoding before prompts, so that a device measures its variants first', async () => {
  const { backend, recordings } = watchedBackend();
  const runner = createModelRunner(await loadModel(backend, await goldenModel('tiny-llama'), { contextLength: 32 }));
  await runner.prepare(NO_ADAPTER);
  expect(recordings.filter((each) => !each.startsWith('head'))).toEqual([
    'decode base: begin',
    'decode base: end',
    'prefill base: begin',
    'prefill base: end',
  ]);
  runner.destroy();
});

it('keeps the plans of few combinations of adapters, of those that were used last, and of each adapter alone', async () => {
  const { backend, recordings, plans } = watchedBackend();
  const model = await loadModel(backend, await goldenModel('tiny-llama'), { contextLength: 32 });
  const runner = createModelRunner(model);
  const { allocatedBytes } = backend.counters;
  const loaded = [1, 2, 3, 4, 5].map((seed) => adapterNamed(model, `adapter ${seed}`, 2, seed));
  const indices = loaded.map((adapter) => runner.adapters.indexOf(adapter));
  const loadedBytes = backend.counters.allocatedBytes;
  for (const index of [NO_ADAPTER, ...indices]) await runner.decode.planFor([index]);
  const alone = plans();
  const combinations = Array.from({ length: 31 }, (_, bits) => indices.filter((index) => ((bits + 1) >> index) & 1));
  const mixed = combinations.filter(({ length }) => length > 1);
  const [first = []] = mixed;
  for (const combination of mixed) {
    await runner.decode.planFor(combination);
    await runner.decode.planFor(first);
  }
  expect(plans() - alone).toBe(MAX_MIXED_PLANS);
  // Each was recorded once, the first too: it was never the one that was used longest ago.
  const { length } = recordings;
  expect(length).toBe(2 * (alone + mixed.length));
  for (const combination of [...indices.map((index) => [index]), first, mixed.at(-1) ?? []])
    await runner.decode.planFor(combination);
  expect(recordings.length).toBe(length);
  for (const adapter of loaded) runner.forgetAdapter(adapter);
  await new Promise((resolve) => setImmediate(resolve));
  expect(plans()).toBe(1);
  expect(backend.counters.allocatedBytes).toBe(loadedBytes);
  for (const adapter of loaded) adapter.destroy();
  expect(backend.counters.allocatedBytes).toBe(allocatedBytes);
  runner.destroy();
});

it('a token of one adapter costs the uploads of its row: id, position, slot and their number', async () => {
  const { backend, uploads } = watchedBackend();
  const session = createSession(await loadModel(backend, await goldenModel('tiny-llama'), { contextLength: 32 }));
  await session.forward([1, 2]);
  uploads.length = 0;
  await session.forward([3]);
  expect(uploads.length).toBe(4);
});
