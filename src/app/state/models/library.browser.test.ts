// Models into this browser and out of it, for real: the app's own services, the models worker, tables, files and locks, and a
// second tab as a frame with its own copy of the app. The Hub is the test server of `models/testing`.
import { createEffect, createRoot } from 'solid-js';
import { afterEach, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { writeSafetensors } from '../../../engine/safetensors/writeSafetensors.ts';
import { isAbort } from '../../../lib/errors.ts';
import { storedNames } from '../../../models/index.ts';
import {
  createHubWorld,
  type HubWorld,
  type WorldDescription,
  type WorldFile,
} from '../../../models/testing/hubWorld.ts';
import { database, deleteFile, deleteModelPlan, listFiles, openFileWriter } from '../../../store/index.ts';
import { setConfig } from '../config.ts';
import { cancelLoading, engine, engineState, ensureModel, resetEngine } from '../engine.ts';
import { availableModels } from './availableModels.ts';
import { finder } from './finder.ts';
import { library } from './library.ts';
import { modelFiles } from './modelFiles.ts';
import type { Candidate, InstallState, LibraryModel } from './types.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const golden = 'engine-formats/gguf/llama.Q4_0.gguf';
const MEBIBYTE = 2 ** 20;
/** Three parts of storage: what is interrupted in the third goes on there. */
const pad = 40 * MEBIBYTE;
const file = 'tiny.Q4_0.gguf';

let repositories = 0;

interface Place extends HubWorld {
  readonly repository: string;
}

/** A Hub with one repository of a name that no other test has. */
async function place(
  options: Partial<WorldDescription> & {
    readonly pad?: number;
    readonly gated?: boolean;
    readonly announcedBytes?: number;
  } = {},
): Promise<Place> {
  repositories += 1;
  const repository = `test/model-${Date.now()}-${repositories}`;
  const { pad: padding, gated, announcedBytes, ...description } = options;
  const world = await createHubWorld({
    ...description,
    repositories: {
      [repository]: {
        commit,
        tags: ['text-generation', 'gguf', 'license:mit'],
        ...(gated === undefined ? {} : { gated }),
        files: {
          [file]: {
            content: { golden, ...(padding === undefined ? {} : { pad: padding }) },
            lfs: true,
            ...(announcedBytes === undefined ? {} : { announcedBytes }),
          },
        },
      },
    },
  });
  await finder.setHub(world.hub);
  return { ...world, repository };
}

/** Waits for a state; vitest's own limit ends a wait that never does. */
async function until<Value>(read: () => Value | undefined | false): Promise<Value> {
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const entry = (id: string): LibraryModel | undefined => library.models()?.find((model) => model.id === id);
const inPhase = <Phase extends InstallState['phase']>(
  id: string,
  phase: Phase,
): Promise<Extract<InstallState, { readonly phase: Phase }>> =>
  until(() => {
    const state = entry(id)?.state;
    return state?.phase === phase ? (state as Extract<InstallState, { readonly phase: Phase }>) : undefined;
  });

/** Opens the repository and waits until its header was read or refused. */
async function look({ repository }: Place): Promise<void> {
  finder.open(repository);
  await until(() => {
    const { opened } = finder.state();
    if (opened.phase === 'failed') throw opened.error;
    const phase = opened.phase === 'open' ? opened.candidates[0]?.inspection.phase : undefined;
    return phase === 'read' || phase === 'failed';
  });
}

const rangesOf = async (world: HubWorld): Promise<readonly string[]> =>
  (await world.log()).filter(({ server }) => server === 'cdn').map(({ range }) => range);

/** Names of stored files without the keys of their models. */
const storedFiles = async (): Promise<readonly string[]> =>
  (await listFiles('models')).map(
    ({ name, complete }) => `${name.replace(/^[0-9a-f]{24}-/, '')}${complete ? '' : ' (part)'}`,
  );

/** Downloads go after the model counts as installed, so that a crash between loses nothing. */
async function onlyPackedIsKept(): Promise<void> {
  while ((await storedFiles()).join() !== 'packed') await new Promise((resolve) => setTimeout(resolve, 10));
}

afterEach(async () => {
  finder.close();
  finder.setToken(undefined);
  resetEngine();
  for (const model of library.models() ?? []) await library.remove(model.id);
  for (const { name } of await listFiles('models')) expect(name, 'nothing is left behind').toBe('');
});

test('a model of the Hub is judged, installed, loaded without the network, listed and deleted', async () => {
  const world = await place();
  await look(world);
  const { opened } = finder.state();
  const candidate = opened.phase === 'open' ? opened.candidates[0] : undefined;
  expect(candidate?.fit?.verdict).toBe('fits');
  expect(candidate?.fit?.needs.downloadBytes).toBe(143_712);
  const id = await finder.install(file);
  await inPhase(id, 'installed');
  expect(entry(id)).toMatchObject({
    format: 'Q4_0',
    licence: 'mit',
    architecture: 'llama',
    source: { kind: 'hub', revision: commit },
  });
  await onlyPackedIsKept();
  const [stored] = (await (await fetch(`${world.hub}/api/models/${world.repository}/revision/main?blobs=true`)).json())
    .siblings;
  expect(entry(id)?.sha256).toBe(stored.lfs.sha256);
  expect(availableModels()).toContainEqual(
    expect.objectContaining({ id, downloaded: true, sha256: stored.lfs.sha256 }),
  );
  const before = (await world.log()).length;
  const summary = await ensureModel(id);
  expect(summary).toMatchObject({ architecture: 'llama' });
  expect((await engine().encode({ text: 'hello' })).length).toBeGreaterThan(0);
  expect(await world.log()).toHaveLength(before);
  expect(entry(id)?.usedAt).toBeGreaterThan(0);
  await library.remove(id);
  await until(() => entry(id) === undefined);
  resetEngine();
  await expect(ensureModel(id)).rejects.toMatchObject({ code: 'APP_MODEL_UNKNOWN' });
});

test('a cancelled loading leaves the model before it ready, whether or not the engine had put it away', async () => {
  await look(await place());
  const first = await finder.install(file);
  await inPhase(first, 'installed');
  await look(await place());
  const second = await finder.install(file);
  await inPhase(second, 'installed');
  const ready = () => {
    const state = engineState();
    return state.phase === 'ready' ? state.modelId : undefined;
  };
  for (const phase of ['checking', 'compiling'] as const) {
    await ensureModel(first);
    const [stop, loading] = createRoot((dispose) => {
      createEffect(() => {
        const state = engineState();
        if (state.phase === phase && state.modelId === second) cancelLoading();
      });
      return [dispose, ensureModel(second)];
    });
    await expect(loading).rejects.toSatisfy(isAbort);
    await until(() => ready() === first);
    stop();
    expect((await engine().encode({ text: 'hello' })).length, phase).toBeGreaterThan(0);
  }
  await ensureModel(second);
  expect(ready()).toBe(second);
});

test('a paused download keeps its parts and goes on from them', async () => {
  const world = await place({ pad });
  await look(world);
  await world.change({ faults: { [file]: { kind: 'hang', after: 35 * MEBIBYTE, times: 1 } } });
  const id = await finder.install(file);
  await until(() => {
    const state = entry(id)?.state;
    return state?.phase === 'downloading' && state.doneBytes >= 33 * MEBIBYTE;
  });
  library.pause(id);
  const paused = await inPhase(id, 'paused');
  expect(paused.totalBytes).toBe(143_712 + pad);
  expect(await storedFiles()).toEqual(['source-0 (part)']);
  library.resume(id);
  await inPhase(id, 'installed');
  expect((await rangesOf(world)).at(-1)).toBe(`bytes=${32 * MEBIBYTE}-`);
});

test('a broken connection is taken up again by itself', async () => {
  const world = await place({ pad });
  await look(world);
  await world.change({ faults: { [file]: { kind: 'cut', after: 12 * MEBIBYTE, times: 2 } } });
  const phases = new Set<string>();
  const id = await finder.install(file);
  await until(() => {
    const phase = entry(id)?.state.phase;
    phases.add(phase ?? '');
    return phase === 'installed';
  });
  expect(phases).toContain('waiting');
  const ranges = (await rangesOf(world)).filter((range) => range.endsWith('-') || range === '');
  expect(ranges).toHaveLength(3);
  expect(ranges[0]).toBe('');
  expect(Number(ranges[2]?.match(/\d+/)?.[0])).toBeGreaterThan(Number(ranges[1]?.match(/\d+/)?.[0]));
});

test('a damaged file and one of another size are refused, and nothing of them is installed', async () => {
  const world = await place();
  await look(world);
  await world.change({ faults: { [file]: { kind: 'corrupt' } } });
  const id = await finder.install(file);
  const failed = await inPhase(id, 'failed');
  expect(failed.error).toMatchObject({ code: 'MODEL_FILE_DAMAGED', facts: { file } });
  expect(await storedFiles()).toEqual([]);
  await expect(
    modelFiles(id, { signal: AbortSignal.timeout(60_000), onProgress: () => undefined }),
  ).rejects.toMatchObject({
    code: 'MODEL_FILE_DAMAGED',
  });
  await world.change({ faults: {} });
  library.resume(id);
  await inPhase(id, 'installed');

  const lying = await place();
  await look(lying);
  await lying.change({ faults: { [file]: { kind: 'longer' } } });
  const other = await finder.install(file);
  expect((await inPhase(other, 'failed')).error).toMatchObject({ code: 'REMOTE_SIZE_WRONG' });
  expect(availableModels().some((model) => model.id === other)).toBe(false);
});

test('a gated model needs the token, which is nowhere but in memory', async () => {
  const token = 'hf_only-in-memory';
  const world = await place({ gated: true, token });
  await look(world);
  const { opened } = finder.state();
  const inspection = opened.phase === 'open' ? opened.candidates[0]?.inspection : undefined;
  expect(inspection).toMatchObject({ phase: 'failed', error: { code: 'HUB_GATED' } });
  const id = await finder.install(file);
  expect((await inPhase(id, 'needs-token')).error).toMatchObject({ code: 'HUB_GATED' });
  finder.setToken(token);
  finder.select(file);
  await until(() => {
    const state = finder.state().opened;
    return state.phase === 'open' && state.candidates[0]?.inspection.phase === 'read';
  });
  library.resume(id);
  await inPhase(id, 'installed');
  const tables = await Promise.all(database().tables.map((table) => table.toArray()));
  const kept = JSON.stringify([tables, await listFiles('models'), { ...localStorage }, { ...sessionStorage }]);
  expect(kept).toContain(world.repository);
  expect(kept).not.toContain(token);
});

test('dropped files are packed from where they lie, and asked for again when the page has gone', async () => {
  const world = await place();
  const bytes = await (await fetch(`${world.hub}/${world.repository}/resolve/main/${file}`)).arrayBuffer();
  const before = (await world.log()).length;
  const dropped = new File([bytes], `Dropped-${Date.now()}.Q4_0.gguf`);
  finder.openFiles([dropped]);
  await until(() => {
    const { opened } = finder.state();
    return opened.phase === 'open' && opened.candidates[0]?.inspection.phase === 'read';
  });
  const id = await finder.install(dropped.name);
  await inPhase(id, 'installed');
  expect(await world.log()).toHaveLength(before);
  await onlyPackedIsKept();
  // Under the name of a GGUF file, and packed.
  expect(await ensureModel(id)).toMatchObject({ architecture: 'llama' });
  // As a reload finds one that was interrupted: the record is there, the files are not.
  const plan = (await database().models.get(id))?.plan as object;
  await database().models.put({ id: 'gone', plan: { ...plan, id: 'gone', stage: 'packing', doneBytes: 0 } });
  await inPhase('gone', 'needs-files');
  await library.giveFiles('gone', [new File([bytes.slice(1)], dropped.name)]);
  await inPhase('gone', 'needs-files');
  await library.giveFiles('gone', [dropped]);
  await inPhase('gone', 'installed');
});

/** Another tab: a frame with its own copy of the app, worker and all. `close` ends it as closing a tab does. */
async function secondTab(): Promise<{ library: typeof library; close: () => void }> {
  const frame = document.createElement('iframe');
  // Any document of this origin: modules need a base address.
  frame.src = '/src/app/state/models/types.ts';
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener('load', resolve));
  // Vitest has dynamic imports go through a global of its page.
  Object.assign(frame.contentWindow ?? {}, {
    __vitest_browser_runner__: (globalThis as { __vitest_browser_runner__?: unknown }).__vitest_browser_runner__,
  });
  const load = (frame.contentWindow as unknown as { eval: (code: string) => Promise<{ library: typeof library }> })
    .eval;
  const address = new URL('./library.ts', import.meta.url).pathname;
  return { ...(await load(`import(${JSON.stringify(address)})`)), close: () => frame.remove() };
}

test('a model that is kept can be used in a browser that takes no more writes', async () => {
  const world = await place();
  await look(world);
  const id = await finder.install(file);
  await inPhase(id, 'installed');
  await onlyPackedIsKept();
  const refuse = (): never => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  database().models.hook('updating', refuse);
  try {
    const { files } = await modelFiles(id, { signal: AbortSignal.timeout(60_000), onProgress: () => undefined });
    expect(files[0]?.blob.size).toBeGreaterThan(0);
  } finally {
    database().models.hook('updating').unsubscribe(refuse);
  }
});

test('a model that is deleted while it loads is not loaded', async () => {
  const world = await place();
  await look(world);
  const id = await finder.install(file);
  await inPhase(id, 'installed');
  const [end] = await Promise.all([ensureModel(id).catch((error: unknown) => error), library.remove(id)]);
  expect(isAbort(end)).toBe(true);
  expect(engineState().phase).toBe('idle');
});

test('two tabs: one fetches, the other follows and uses the result', async () => {
  const world = await place({ pad });
  await look(world);
  const tab = await secondTab();
  const id = await finder.install(file);
  await until(() => tab.library.models()?.find((model) => model.id === id)?.state.phase === 'elsewhere');
  tab.library.resume(id);
  await inPhase(id, 'installed');
  await until(() => tab.library.models()?.find((model) => model.id === id)?.state.phase === 'installed');
  expect((await rangesOf(world)).filter((range) => range === '')).toHaveLength(1);
  tab.close();
});

test('a tab that is closed in the middle leaves what another goes on with', async () => {
  const world = await place({ pad });
  await look(world);
  await world.change({ faults: { [file]: { kind: 'hang', after: 1000, times: 1 } } });
  const tab = await secondTab();
  const id = await finder.install(file);
  library.pause(id);
  await inPhase(id, 'paused');
  await world.change({ faults: { [file]: { kind: 'hang', after: 35 * MEBIBYTE, times: 1 } } });
  tab.library.resume(id);
  const elsewhere = await until(() => {
    const state = entry(id)?.state;
    return state?.phase === 'elsewhere' && state.doneBytes >= 33 * MEBIBYTE && state;
  });
  expect(elsewhere.totalBytes).toBe(143_712 + pad);
  expect(availableModels().some((model) => model.id === id)).toBe(false);
  tab.close();
  await inPhase(id, 'interrupted');
  library.resume(id);
  await inPhase(id, 'installed');
  expect((await rangesOf(world)).at(-1)).toBe(`bytes=${32 * MEBIBYTE}-`);
});

/** A small model in two shards, as a Hub would have it. */
function shardedFiles(): Record<string, WorldFile> {
  const [hidden, vocabulary, middle] = [64, 1000, 96] as const;
  const shapes: Record<string, readonly number[]> = { 'model.embed_tokens.weight': [vocabulary, hidden] };
  for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj'])
    shapes[`model.layers.0.self_attn.${name}.weight`] = [hidden, hidden];
  for (const name of ['gate_proj', 'up_proj']) shapes[`model.layers.0.mlp.${name}.weight`] = [middle, hidden];
  shapes['model.layers.0.mlp.down_proj.weight'] = [hidden, middle];
  for (const name of ['model.layers.0.input_layernorm', 'model.layers.0.post_attention_layernorm', 'model.norm'])
    shapes[`${name}.weight`] = [hidden];
  const tensors = Object.entries(shapes).map(([name, shape], index) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((product, size) => product * size) }, (_, at) =>
      Math.sin(index + at),
    ),
  }));
  const shards = [tensors.slice(0, 1), tensors.slice(1)];
  const nameOf = (shard: number): string => `model-0000${shard + 1}-of-00002.safetensors`;
  return {
    'config.json': {
      content: {
        json: {
          architectures: ['LlamaForCausalLM'],
          model_type: 'llama',
          hidden_size: hidden,
          intermediate_size: middle,
          num_hidden_layers: 1,
          num_attention_heads: 4,
          num_key_value_heads: 4,
          vocab_size: vocabulary,
          max_position_embeddings: 256,
          rms_norm_eps: 1e-5,
          rope_theta: 10_000,
          tie_word_embeddings: true,
        },
      },
    },
    'model.safetensors.index.json': {
      content: {
        json: {
          weight_map: Object.fromEntries(
            shards.flatMap((part, shard) => part.map(({ name }) => [name, nameOf(shard)])),
          ),
        },
      },
    },
    ...Object.fromEntries(
      shards.map((part, shard) => [
        nameOf(shard),
        { content: { base64: writeSafetensors(part).toBase64() }, lfs: true },
      ]),
    ),
  };
}

test('shards are each checked; a damaged one stops the others, and what was whole is not fetched again', async () => {
  const repository = `test/shards-${Date.now()}`;
  const world = await createHubWorld({
    repositories: { [repository]: { commit, tags: ['text-generation', 'safetensors'], files: shardedFiles() } },
  });
  await finder.setHub(world.hub);
  finder.open(repository);
  const choiceId = await until(() => {
    const { opened } = finder.state();
    const candidate = opened.phase === 'open' ? opened.candidates[0] : undefined;
    return candidate?.inspection.phase === 'read' && candidate.choice.id;
  });
  await world.change({ faults: { 'model-00002-of-00002.safetensors': { kind: 'corrupt' } } });
  const id = await finder.install(choiceId);
  expect((await inPhase(id, 'failed')).error).toMatchObject({
    code: 'MODEL_FILE_DAMAGED',
    facts: { file: 'model-00002-of-00002.safetensors' },
  });
  expect(await storedFiles()).not.toContain('packed');
  await world.change({ faults: {} });
  library.resume(id);
  await inPhase(id, 'installed');
  await onlyPackedIsKept();
  expect(entry(id)).toMatchObject({ format: 'F32 as q8_0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const whole = (await world.log()).filter(({ path, range }) => path.includes('config.json') && range === '');
  expect(whole).toHaveLength(1);
  expect(await ensureModel(id)).toMatchObject({ vocabularySize: 1000 });
});

test('what is proposed is the engine’s own default, or what is smaller where that does not fit', async () => {
  const repository = `test/packings-${Date.now()}`;
  const world = await createHubWorld({
    repositories: { [repository]: { commit, tags: ['text-generation', 'safetensors'], files: shardedFiles() } },
  });
  await finder.setHub(world.hub);
  const proposed = (): Promise<Candidate> => {
    finder.open(repository);
    return until(() => {
      const { opened } = finder.state();
      const candidate = opened.phase === 'open' ? opened.candidates[0] : undefined;
      return candidate?.fit !== undefined && candidate;
    });
  };
  const first = await proposed();
  expect(first).toMatchObject({ packing: { weights: 'q8_0' }, fit: { verdict: 'fits' } });
  const { estimate } = navigator.storage;
  navigator.storage.estimate = async () => ({ usage: 0, quota: (first.fit?.needs.peakStorageBytes ?? 0) - 1 });
  try {
    finder.close();
    expect(await proposed()).toMatchObject({ packing: { weights: 'q4_0' }, fit: { verdict: 'fits' } });
  } finally {
    navigator.storage.estimate = estimate;
  }
});

test('what was found stays while more is asked for, and when that is given up', async () => {
  const names = ['one', 'two', 'three'].map((name) => `test/paged-${name}`);
  const repositories = Object.fromEntries(
    names.map((name) => [name, { commit, tags: ['text-generation', 'gguf'], files: {} }]),
  );
  await finder.setHub((await createHubWorld({ repositories, pageSize: 2 })).hub);
  const found = (): Promise<number> =>
    until(() => {
      const { search } = finder.state();
      return search.phase === 'found' && search.models.length;
    });
  finder.search('paged');
  expect(await found()).toBe(2);
  finder.searchMore();
  expect(finder.state().search).toMatchObject({ phase: 'searching', models: [{}, {}] });
  finder.stopSearch();
  expect(finder.state().search).toMatchObject({ phase: 'found', models: [{}, {}], more: true });
  finder.searchMore();
  expect(await found()).toBe(3);
});

test('a full browser says what it needs, and goes on after room was made', async () => {
  const session = cdp();
  const quota = async (quotaSize?: number): Promise<void> => {
    await session.send('Storage.overrideQuotaForOrigin', {
      origin: location.origin,
      ...(quotaSize === undefined ? {} : { quotaSize }),
    });
  };
  try {
    const world = await place({ pad });
    await look(world);
    const writer = await openFileWriter('models', 'an-older-file');
    await writer.write(new Uint8Array(2 * MEBIBYTE));
    await writer.finish({ title: 'An older file' });
    const { usage = 0 } = await navigator.storage.estimate();
    await quota(usage + 20 * MEBIBYTE);
    const id = await finder.install(file);
    const full = await inPhase(id, 'full');
    // One part of the file is there; what is needed is the rest of it, not the part that was refused.
    expect(full.neededBytes).toBeGreaterThan(pad - 16 * MEBIBYTE);
    expect(full.neededBytes).toBeLessThan(pad);
    expect(await storedFiles()).toContain('source-0 (part)');
    expect(availableModels().some((model) => model.id === id)).toBe(false);
    const items = await library.deletables();
    const older = items.find((item) => item.id === 'an-older-file');
    expect(older).toMatchObject({ kind: 'file', name: 'An older file', bytes: 2 * MEBIBYTE });
    expect(items.map(({ bytes }) => bytes)).toEqual(
      items.map(({ bytes }) => bytes).sort((left, right) => right - left),
    );
    await quota();
    await library.makeRoom(older as NonNullable<typeof older>);
    await inPhase(id, 'installed');
  } finally {
    await quota();
    await deleteFile('models', 'an-older-file');
  }
});

test('what a crash left without a record is swept away', async () => {
  const names = ['0123456789abcdef01234567-packed', '0123456789abcdef01234567-source-0'];
  for (const name of names) {
    const writer = await openFileWriter('models', name);
    await writer.write(new Uint8Array(1000));
    await writer.finish({});
  }
  const tab = await secondTab();
  tab.library.models();
  while ((await listFiles('models')).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  tab.close();
});

test('the files of a model whose record is damaged stay, and nothing shows or throws it', async () => {
  const { key, packed } = await storedNames('damaged');
  const writer = await openFileWriter('models', packed);
  await writer.write(new Uint8Array(1000));
  await writer.finish({});
  await database().models.put({ id: 'damaged', plan: { id: 'damaged', stage: 'done' } });
  const leftover = await openFileWriter('models', '0123456789abcdef01234567-packed');
  await leftover.write(new Uint8Array(1000));
  await leftover.finish({});
  const tab = await secondTab();
  await until(() => tab.library.models());
  while ((await listFiles('models')).length > 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await listFiles('models')).map(({ name }) => name)).toEqual([`${key}-packed`]);
  expect(tab.library.models()?.some(({ id }) => id === 'damaged')).toBe(false);
  tab.close();
  await database().models.delete('damaged');
  await deleteFile('models', packed);
});

test('a model that the app offers goes the same way, and is fetched anew when its file has changed', async () => {
  const world = await place();
  const url = `${world.hub}/${world.repository}/resolve/main/${file}`;
  const [stored] = (await (await fetch(`${world.hub}/api/models/${world.repository}/revision/main?blobs=true`)).json())
    .siblings;
  const offer = (sha256: string, bytes: number): void =>
    setConfig({ models: [{ id: 'offered', name: 'Offered', files: [{ name: file, url, bytes, sha256 }] }] });
  offer(stored.lfs.sha256, stored.size);
  await ensureModel('offered');
  expect(entry('offered')).toMatchObject({ name: 'Offered', source: { kind: 'offered' }, sha256: stored.lfs.sha256 });
  resetEngine();
  const before = (await world.log()).length;
  await ensureModel('offered');
  expect(await world.log()).toHaveLength(before);
  resetEngine();
  offer('0'.repeat(64), stored.size);
  await expect(ensureModel('offered')).rejects.toMatchObject({ code: 'MODEL_FILE_DAMAGED' });
  await deleteModelPlan('offered');
  setConfig({});
});

test('an address that is not one of the web is not taken for a Hub', async () => {
  await expect(finder.setHub('ftp://hub')).rejects.toMatchObject({ code: 'HUB_ADDRESS_INVALID' });
});
