// Adapters, checkpoints, settings and the journal of models: what is kept, what goes with it, and that no failure beneath is swallowed.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { adapterOfFile, addAdapterFiles, deleteAdapter, readAdapterFile, saveAdapter } from './adapters.ts';
import { deleteCheckpoints, latestCheckpoint, saveCheckpoint } from './checkpoints.ts';
import { database } from './database.ts';
import { eraseEverything } from './eraseEverything.ts';
import { listFiles, writeFile } from './files.ts';
import {
  deleteModelPlan,
  listModelIds,
  listModelPlans,
  readModelPlan,
  updateModelPlan,
  writeModelPlan,
} from './models.ts';
import { deleteSetting, readSetting, writeSetting } from './settings.ts';
import { adapter, checkpoint, model } from './testing/records.ts';

beforeEach(async () => void (await eraseEverything()));
afterEach(() => vi.restoreAllMocks());

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const names = async (area: 'adapters' | 'checkpoints'): Promise<string[]> =>
  (await listFiles(area)).map(({ name }) => name).sort();

/** Breaks what is beneath for good: the file system, or the tables. */
const faults = {
  files: (method: 'getDirectoryHandle' | 'removeEntry') =>
    vi.spyOn(FileSystemDirectoryHandle.prototype, method).mockRejectedValue(new DOMException('files', 'DataError')),
  tables: (method: 'put' | 'delete' | 'get' | 'getAll' | 'openCursor') =>
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(() => {
      throw new DOMException('tables', 'DataError');
    }),
  /** Reads by an index. */
  indexes: () => {
    for (const method of ['getAll', 'openCursor'] as const)
      vi.spyOn(IDBIndex.prototype, method).mockImplementation(() => {
        throw new DOMException('indexes', 'DataError');
      });
  },
};

describe('an adapter', () => {
  const { files: _, ...facts } = { ...adapter, id: 'a/1' };

  test('is kept with its files and their hashes, and goes whole', async () => {
    const record = await saveAdapter(facts, {
      'adapter_config.json': utf8('{}'),
      'index.cbor': Uint8Array.of(1, 2, 3),
    });
    expect(record).toEqual({
      ...facts,
      files: [
        {
          name: 'adapter_config.json',
          bytes: 2,
          sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        },
        { name: 'index.cbor', bytes: 3, sha256: '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81' },
      ],
    });
    expect(await database().adapters.toArray()).toEqual([record]);
    expect(await readAdapterFile('a/1', 'adapter_config.json')).toEqual(utf8('{}'));
    expect(await readAdapterFile('a/1', 'index.cbor')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await readAdapterFile('a/1', 'rows.jsonl')).toBeUndefined();
    expect((await listFiles('adapters')).map((file) => [file.name, file.facts])).toEqual([
      ['a_1--index.cbor', { adapter: 'a/1', name: 'index.cbor' }],
      ['a_1--adapter_config.json', { adapter: 'a/1', name: 'adapter_config.json' }],
    ]);
    await deleteAdapter('a/1');
    expect([await readAdapterFile('a/1', 'index.cbor'), await names('adapters')]).toEqual([undefined, []]);
    expect(await database().adapters.count()).toBe(0);
    await deleteAdapter('a/1');
  });

  test('takes the place of one of its id', async () => {
    await saveAdapter(facts, { 'index.cbor': Uint8Array.of(1) });
    const again = await saveAdapter({ ...facts, name: 'Rivers' }, { 'index.cbor': Uint8Array.of(2) });
    expect(await database().adapters.toArray()).toEqual([again]);
    expect(await readAdapterFile('a/1', 'index.cbor')).toEqual(Uint8Array.of(2));
  });

  test('is found by each of its files, whatever the file says itself', async () => {
    await saveAdapter(facts, { 'one.bin': Uint8Array.of(1), 'two.bin': Uint8Array.of(2) });
    await saveAdapter({ ...facts, id: 'b' }, { 'one.bin': Uint8Array.of(3) });
    expect(await Promise.all(['a_1--one.bin', 'a_1--two.bin', 'b--one.bin'].map(adapterOfFile))).toEqual([
      'a/1',
      'a/1',
      'b',
    ]);
    expect([await adapterOfFile('b--two.bin'), await adapterOfFile('one.bin')]).toEqual([undefined, undefined]);
  });

  test('whose files cannot be written is not listed, and no failure is swallowed', async () => {
    faults.files('getDirectoryHandle');
    await expect(saveAdapter(facts, { 'one.bin': Uint8Array.of(1) })).rejects.toMatchObject({ message: 'files' });
    await expect(readAdapterFile('a/1', 'one.bin')).rejects.toMatchObject({ message: 'files' });
    vi.restoreAllMocks();
    expect(await database().adapters.count()).toBe(0);

    const record = await saveAdapter(facts, { 'one.bin': Uint8Array.of(1) });
    faults.tables('put');
    await expect(saveAdapter({ ...facts, name: 'Other' }, {})).rejects.toThrow('tables');
    faults.tables('delete');
    await expect(deleteAdapter('a/1')).rejects.toThrow('tables');
    vi.restoreAllMocks();
    // What is listed is whole.
    expect([await database().adapters.toArray(), await names('adapters')]).toEqual([[record], ['a_1--one.bin']]);
    faults.files('removeEntry');
    await expect(deleteAdapter('a/1')).rejects.toMatchObject({ message: 'files' });
    vi.restoreAllMocks();
    expect(await database().adapters.count()).toBe(0);
  });
});

test('files that are added to an adapter leave the others as they are, also when they find no room', async () => {
  const { createWritable } = FileSystemFileHandle.prototype;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const of = { id: 'a/1', name: 'Towns', modelId: 'seedling', datanetIds: [], createdAt: 1 };
  const { files } = await saveAdapter(of, { 'adapter_model.safetensors': bytes('weights') });
  FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  await expect(addAdapterFiles('a/1', { 'index.cbor': bytes('index') })).rejects.toMatchObject({
    code: 'STORE_QUOTA_EXCEEDED',
  });
  FileSystemFileHandle.prototype.createWritable = createWritable;
  expect((await database().adapters.get('a/1'))?.files).toEqual(files);
  expect(await readAdapterFile('a/1', 'adapter_model.safetensors')).toEqual(bytes('weights'));
  expect(await addAdapterFiles('a/1', { 'index.cbor': bytes('index') })).toBe(true);
  expect(await addAdapterFiles('a/1', { 'index.cbor': bytes('another') })).toBe(true);
  const listed = (await database().adapters.get('a/1'))?.files.map(({ name, bytes: size }) => [name, size]);
  expect(listed).toEqual([
    ['adapter_model.safetensors', 7],
    ['index.cbor', 7],
  ]);
  expect(await readAdapterFile('a/1', 'index.cbor')).toEqual(bytes('another'));
  await deleteAdapter('a/1');
  expect(await addAdapterFiles('a/1', { 'index.cbor': bytes('index') })).toBe(false);
  expect(await listFiles('adapters')).toEqual([]);
});

describe('checkpoints', () => {
  const steps = async (): Promise<unknown[]> =>
    (await database().checkpoints.orderBy('[runId+step]').toArray()).map(({ runId, step }) => `${runId} ${step}`);

  test('of a run are the two newest, and the newest is found', async () => {
    const begin = Date.now();
    for (const step of [10, 20]) await saveCheckpoint('run', step, Uint8Array.of(step));
    expect(await steps()).toEqual(['run 10', 'run 20']);
    await saveCheckpoint('run', 30, Uint8Array.of(30, 31));
    await saveCheckpoint('other', 7, Uint8Array.of(7));
    expect(await names('checkpoints')).toEqual(['other-7', 'run-20', 'run-30']);
    expect(await steps()).toEqual(['other 7', 'run 20', 'run 30']);
    expect((await listFiles('checkpoints'))[0]?.facts).toEqual({ runId: 'run', step: '30' });
    const record = await database().checkpoints.get('run-30');
    expect(record).toEqual({
      ...checkpoint,
      id: 'run-30',
      runId: 'run',
      step: 30,
      bytes: 2,
      createdAt: record?.createdAt,
    });
    expect(record?.createdAt).toBeGreaterThanOrEqual(begin);
    expect(await latestCheckpoint('run')).toEqual({ step: 30, bytes: Uint8Array.of(30, 31) });
    expect(await latestCheckpoint('nobody')).toBeUndefined();
  });

  test('of steps that were left out before, and of the first one, go as well', async () => {
    for (const step of [0, 5, 9]) {
      await writeFile('checkpoints', `run-${step}`, Uint8Array.of(step));
      await database().checkpoints.put({ ...checkpoint, id: `run-${step}`, runId: 'run', step, bytes: 1 });
    }
    await saveCheckpoint('run', 12, Uint8Array.of(12));
    expect([await steps(), await names('checkpoints')]).toEqual([
      ['run 9', 'run 12'],
      ['run-12', 'run-9'],
    ]);
    // A run that went back has later ones.
    await saveCheckpoint('run', 3, Uint8Array.of(3));
    expect(await steps()).toEqual(['run 3', 'run 9', 'run 12']);
    expect((await latestCheckpoint('run'))?.step).toBe(12);
  });

  test('that are not what their record says are passed over for the one before', async () => {
    for (const step of [9, 10]) await saveCheckpoint('run', step, Uint8Array.of(step));
    await writeFile('checkpoints', 'run-10', Uint8Array.of(1, 2));
    expect(await latestCheckpoint('run')).toEqual({ step: 9, bytes: Uint8Array.of(9) });
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('checkpoints');
    await folder.removeEntry('run-9', { recursive: true });
    expect(await latestCheckpoint('run')).toBeUndefined();
  });

  test('of a run go together, and of no other', async () => {
    for (const run of ['run', 'other']) for (const step of [1, 2]) await saveCheckpoint(run, step, Uint8Array.of(step));
    await deleteCheckpoints('run');
    expect([await steps(), await names('checkpoints')]).toEqual([
      ['other 1', 'other 2'],
      ['other-1', 'other-2'],
    ]);
  });

  test('swallow no failure', async () => {
    for (const step of [1, 2]) await saveCheckpoint('run', step, Uint8Array.of(step));
    const third = (): Promise<void> => saveCheckpoint('run', 3, Uint8Array.of(3));
    faults.files('getDirectoryHandle');
    await expect(third()).rejects.toMatchObject({ message: 'files' });
    await expect(latestCheckpoint('run')).rejects.toMatchObject({ message: 'files' });
    vi.restoreAllMocks();
    faults.tables('put');
    await expect(third()).rejects.toThrow('tables');
    vi.restoreAllMocks();
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(third()).rejects.toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
    vi.restoreAllMocks();
    faults.indexes();
    await expect(third()).rejects.toThrow('indexes');
    await expect(latestCheckpoint('run')).rejects.toThrow('indexes');
    await expect(deleteCheckpoints('run')).rejects.toThrow('indexes');
    vi.restoreAllMocks();
    faults.tables('delete');
    await expect(third()).rejects.toThrow('tables');
    await expect(deleteCheckpoints('run')).rejects.toThrow('tables');
    vi.restoreAllMocks();
    faults.files('removeEntry');
    await expect(deleteCheckpoints('run')).rejects.toMatchObject({ message: 'files' });
  });
});

test('a setting is what was written last, until it is deleted', async () => {
  expect(await readSetting('wallet')).toBeUndefined();
  await writeSetting('wallet', 'burner');
  await writeSetting('of a room', { on: false });
  await writeSetting('wallet', 'other');
  expect([await readSetting('wallet'), await readSetting('of a room')]).toEqual(['other', { on: false }]);
  await deleteSetting('wallet');
  await deleteSetting('never written');
  expect([await readSetting('wallet'), await readSetting('of a room')]).toEqual([undefined, { on: false }]);
  faults.tables('put');
  await expect(writeSetting('wallet', 'burner')).rejects.toThrow('tables');
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(writeSetting('wallet', 'burner')).rejects.toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
  faults.tables('delete');
  await expect(deleteSetting('of a room')).rejects.toThrow('tables');
});

describe('the journal of models', () => {
  const { plan } = model;

  test('has a plan for each, and changes a field of one at once', async () => {
    expect([await readModelPlan('m'), await listModelPlans(), await listModelIds()]).toEqual([undefined, [], []]);
    await writeModelPlan('m', plan);
    await writeModelPlan('n', { ...plan, id: 'n' });
    expect([await readModelPlan('m'), await listModelIds()]).toEqual([plan, ['m', 'n']]);
    await updateModelPlan('m', { paused: true, doneBytes: 5 });
    expect(await listModelPlans()).toEqual([
      { ...plan, paused: true, doneBytes: 5 },
      { ...plan, id: 'n' },
    ]);
    await deleteModelPlan('m');
    await updateModelPlan('m', { paused: true });
    expect([await readModelPlan('m'), await listModelIds()]).toEqual([undefined, ['n']]);
    // One that cannot be read has an id all the same.
    await database().open();
    const transaction = database().backendDB().transaction('models', 'readwrite');
    transaction.objectStore('models').put({ id: 'damaged', plan: 7 });
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    expect([await listModelIds(), await listModelPlans()]).toEqual([['damaged', 'n'], [{ ...plan, id: 'n' }]]);
  });

  test('swallows no failure', async () => {
    await writeModelPlan('m', plan);
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expect(writeModelPlan('m', plan)).rejects.toMatchObject({ code: 'STORE_QUOTA_EXCEEDED' });
    await expect(updateModelPlan('m', { paused: true })).rejects.toThrow();
    faults.tables('delete');
    await expect(deleteModelPlan('m')).rejects.toThrow('tables');
    vi.restoreAllMocks();
    expect(await readModelPlan('m')).toEqual(plan);
  });
});
