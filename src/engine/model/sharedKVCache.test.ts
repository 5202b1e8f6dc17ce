// Sequences that share one KV cache, alternately and in one batch: each has the same logits as alone.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { createKVCache } from '../kvCache/createKVCache.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { type GoldenTensors, goldenModel, goldenTensors, largestDifference } from '../testing/goldenModel.ts';
import { NO_ADAPTER } from './createAdapterTable.ts';
import { createSession } from './createSession.ts';
import { createActivations, decoderCalls, headCalls, uploadRows } from './decoderCalls.ts';
import type { LoadedModel } from './decoderWeights.ts';
import { type DeviceAdapter, uploadAdapter } from './deviceAdapter.ts';
import { loadModel } from './loadModel.ts';

const tolerance = 2e-4;
let golden: GoldenTensors;
beforeAll(async () => {
  golden = await goldenTensors('tiny-llama');
});

describe.each([
  { name: 'reference', open: async (): Promise<Backend> => createReferenceBackend() },
  { name: 'Dawn', open: dawnBackend },
])('on $name', ({ open }) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(await open(), await goldenModel('tiny-llama'), { contextLength: 128 });
  });

  it('two sessions in one kvCache, used alternately, have the same logits as alone', async () => {
    const kvCache = createKVCache(model, { sequences: 2 });
    const [one, other] = [createSession(model, { kvCache }), createSession(model, { kvCache, prefillChunkSize: 7 })];
    const [short, long] = [await golden.integers('prompt_37'), await golden.integers('prompt_100')];
    await one.forward(short.slice(0, 20));
    await other.forward(long.slice(0, 50));
    const size = model.config.vocabularySize;
    const end = await one.forwardAllLogits(short.slice(20));
    expect(largestDifference(end, (await golden.floats('logits_37')).slice(20 * size))).toBeLessThan(tolerance);
    const rest = await other.forwardAllLogits(long.slice(50));
    expect(largestDifference(rest.slice(-8 * size), await golden.floats('logits_100_last8'))).toBeLessThan(tolerance);
    for (const session of [one, other]) session.destroy();
    kvCache.destroy();
  });

  it('shares a common prefix, and copies the block in which two sequences diverge', async () => {
    const kvCache = createKVCache(model, { sequences: 3 });
    const [one, other, third] = [1, 2, 3].map(() => createSession(model, { kvCache }));
    if (one === undefined || other === undefined || third === undefined) throw new Error('no sessions');
    const prompt = await golden.integers('prompt_100');
    const whole = await one.forward(prompt.slice(0, 64));
    // 64 ids are four whole blocks; 60 of them end inside the fourth.
    expect(await other.matchPrefixCache([...prompt.slice(0, 60), 7, 7])).toBe(60);
    expect(await third.matchPrefixCache(prompt.slice(0, 64))).toBe(63);
    await other.forward([7, 7, 7, 7, 7, 7]);
    // The first sequence's blocks are intact for the third, and for itself.
    expect(largestDifference(await third.forward(prompt.slice(63, 64)), whole)).toBeLessThan(tolerance);
    const alone = createSession(model);
    const expected = await alone.forward([...prompt.slice(0, 64), 9]);
    expect(largestDifference(await one.forward([9]), expected)).toBeLessThan(tolerance);
    alone.truncate(0);
    const parted = await alone.forward([...prompt.slice(0, 60), 7, 7, 7, 7, 7, 7, 8]);
    expect(largestDifference(await other.forward([8]), parted)).toBeLessThan(tolerance);
    for (const session of [one, other, third, alone]) session.destroy();
    kvCache.destroy();
  });

  it('matches a conversation after another one, until its blocks are evicted', async () => {
    const session = createSession(model);
    const prompt = await golden.integers('prompt_100');
    await session.forward(prompt);
    expect(await session.matchPrefixCache([1, 2, 3])).toBe(0);
    await session.forward([1, 2, 3]);
    expect(await session.matchPrefixCache(prompt)).toBe(96);
    const logits = await session.forward(prompt.slice(96));
    const last = (await golden.floats('logits_100_last8')).slice(7 * model.config.vocabularySize);
    expect(largestDifference(logits, last)).toBeLessThan(tolerance);
    session.truncate(0);
    await session.forward(Array.from({ length: 128 }, (_, index) => index));
    expect(await session.matchPrefixCache(prompt)).toBe(0);
    session.destroy();
  });

  it('one batch may contain rows of several sequences', async () => {
    const { backend, config } = model;
    const kvCache = createKVCache(model, { sequences: 2 });
    const sequences = [kvCache.openSequence(), kvCache.openSequence()];
    const prompts = [await golden.integers('prompt_37'), await golden.integers('prompt_100')];
    const { activations, tensors } = createActivations(model, 32);
    const logits = backend.createTensor('logits', 'f32', 32 * config.vocabularySize);
    const plan = await backend.record('mixed', [
      ...decoderCalls(model, activations, kvCache),
      ...headCalls(model, { x: activations.x, normed: activations.normed, logits }, 32),
    ]);
    let seen = new Float32Array();
    // Chunks of 12 and 9 rows side by side, until the shorter prompt ends.
    for (let done = [0, 0]; (done[0] ?? 0) < 37; ) {
      const rows = [];
      for (const [index, size] of [12, 9].entries()) {
        const from = done[index] ?? 0;
        const ids = (prompts[index] ?? []).slice(from, from + size);
        const sequence = sequences[index];
        if (sequence === undefined) throw new Error('no sequence');
        await sequence.reserve(from + ids.length);
        rows.push(...ids.map((id, row) => ({ id, position: from + row, slot: sequence.slot, adapter: NO_ADAPTER })));
        sequence.append(ids);
      }
      uploadRows(backend, activations, rows);
      backend.submit(plan, { rows: rows.length });
      seen = (await backend.download(logits)) as Float32Array<ArrayBuffer>;
      done = sequences.map(({ ids }) => ids.length);
    }
    // The last batch had one row of the first prompt, then nine of the second.
    const size = config.vocabularySize;
    const expected = (await golden.floats('logits_37')).slice(36 * size);
    expect(largestDifference(seen.slice(0, size), expected)).toBeLessThan(tolerance);
    const alone = createSession(model);
    const second = await alone.forward((prompts[1] ?? []).slice(0, 36));
    expect(largestDifference(seen.slice(9 * size, 10 * size), second)).toBeLessThan(tolerance);
    alone.destroy();
    backend.destroyPlan(plan);
    for (const each of [...tensors, logits]) backend.destroyTensor(each);
    kvCache.destroy();
  });
});

it('refuses by code what does not fit in a kvCache', async () => {
  const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-llama'), { contextLength: 64 });
  const kvCache = createKVCache(model, { positions: 32, sequences: 2 });
  const [one, other] = [createSession(model, { kvCache }), createSession(model, { kvCache })];
  expect(() => createSession(model, { kvCache })).toThrow(expect.objectContaining({ code: 'ENGINE_CACHE_FULL' }));
  await one.forward([1, 2, 3]);
  await other.forward([1, 2, 3]);
  await expect(one.forward(Array.from({ length: 20 }, () => 5))).rejects.toMatchObject({ code: 'ENGINE_CACHE_FULL' });
  // The other sequence frees its block.
  other.destroy();
  await one.forward(Array.from({ length: 20 }, () => 5));
  expect(one.ids).toHaveLength(23);
});

it('separates equal prefixes by adapter, and matches each', async () => {
  const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-llama'), { contextLength: 128 });
  const { config, backend } = model;
  const [inputs, outputs] = [config.hiddenSize, config.keyValueHeadCount * config.headDimension];
  const adapters = ['one', 'other'].map((id, index) => {
    const a = Float32Array.from({ length: inputs }, (_, column) => Math.sin(column + index));
    const b = new Float32Array(outputs).fill(0.5);
    return uploadAdapter(backend, id, [{ layer: 0, module: 'k_proj', rank: 1, scale: 1, a, b }], config.layerCount);
  });
  const kvCache = createKVCache(model, { positions: 256 });
  const session = createSession(model, { kvCache });
  const golden = await goldenTensors('tiny-llama');
  const prompt = (await golden.integers('prompt_37')).slice(0, 33);
  const logits = new Map<DeviceAdapter | undefined, Float32Array>();
  for (const adapter of [undefined, ...adapters]) {
    session.useAdapter(adapter);
    expect(await session.matchPrefixCache(prompt)).toBe(0);
    logits.set(adapter, await session.forward(prompt));
  }
  const [base = new Float32Array(), one = new Float32Array(), other = new Float32Array()] = [...logits.values()];
  for (const [left, right] of [
    [base, one],
    [base, other],
    [one, other],
  ] as const)
    expect(largestDifference(left, right)).toBeGreaterThan(10 * tolerance);
  for (const adapter of [adapters[0], undefined, adapters[1]]) {
    session.useAdapter(adapter);
    expect(await session.matchPrefixCache(prompt)).toBe(32);
    const again = await session.forward(prompt.slice(32));
    expect(largestDifference(again, logits.get(adapter) ?? base)).toBeLessThan(tolerance);
  }
  // Removing an adapter removes its conversation, but not that of the base.
  session.forgetAdapter(adapters[1] as DeviceAdapter);
  expect(session.adapter).toBeUndefined();
  expect(session.ids).toEqual([]);
  expect(await session.matchPrefixCache(prompt)).toBe(32);
  session.destroy();
  kvCache.destroy();
});

it('frees the block of a copy that failed', async () => {
  const real = createReferenceBackend();
  let works = false;
  const backend: Backend = {
    ...real,
    async record(label, calls) {
      if (label === 'copy block' && !works) throw new Error('no copy');
      return await real.record(label, calls);
    },
  };
  const model = await loadModel(backend, await goldenModel('tiny-llama'), { contextLength: 32 });
  const kvCache = createKVCache(model, { positions: 32, sequences: 2 });
  const [owner, sharer] = [kvCache.openSequence(), kvCache.openSequence()];
  const ids = Array.from({ length: 16 }, (_, index) => index);
  await owner.reserve(16);
  owner.append(ids);
  expect(await sharer.matchPrefixCache([...ids.slice(0, 8), 99, 99])).toBe(8);
  // One block is left for the copy: a failure that leaked it would leave none.
  for (let attempt = 0; attempt < 2; attempt += 1) await expect(sharer.reserve(9)).rejects.toThrow('no copy');
  works = true;
  await sharer.reserve(9);
  sharer.append([99]);
  expect(sharer.ids).toEqual([...ids.slice(0, 8), 99]);
  kvCache.destroy();
});

it('a failed reservation changes nothing', async () => {
  const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-llama'), { contextLength: 64 });
  const golden = await goldenTensors('tiny-llama');
  const prompt = await golden.integers('prompt_37');
  const alone = createSession(model);
  const expected = await alone.forward(prompt.slice(0, 21));
  alone.truncate(0);
  const expectedParted = await alone.forward([...prompt.slice(0, 10), ...prompt.slice(20, 37)]);

  // Only one of the two needed blocks is free. When the other one is freed, the first must be in the table too.
  const narrow = createKVCache(model, { positions: 32, sequences: 2 });
  const [one, other] = [createSession(model, { kvCache: narrow }), createSession(model, { kvCache: narrow })];
  await other.forward([1]);
  await expect(one.forward(prompt.slice(0, 21))).rejects.toMatchObject({ code: 'ENGINE_CACHE_FULL' });
  await other.forward([2]);
  other.destroy();
  expect(largestDifference(await one.forward(prompt.slice(0, 21)), expected)).toBeLessThan(tolerance);
  narrow.destroy();

  // A shared block would have to be copied; there is room for the copy but not for the rest.
  const kvCache = createKVCache(model, { positions: 48, sequences: 3 });
  const [owner, sharer, third] = [1, 2, 3].map(() => createSession(model, { kvCache }));
  if (owner === undefined || sharer === undefined || third === undefined) throw new Error('no sessions');
  await owner.forward(prompt.slice(0, 16));
  const next = await owner.forward([prompt[16] ?? 0]);
  owner.truncate(16);
  await third.forward([9]);
  expect(await sharer.matchPrefixCache([...prompt.slice(0, 10), 7])).toBe(10);
  await expect(sharer.forward(prompt.slice(20, 37))).rejects.toMatchObject({ code: 'ENGINE_CACHE_FULL' });
  third.destroy();
  expect(largestDifference(await sharer.forward(prompt.slice(20, 37)), expectedParted)).toBeLessThan(tolerance);
  sharer.truncate(0);
  expect(largestDifference(await owner.forward([prompt[16] ?? 0]), next)).toBeLessThan(tolerance);
});
