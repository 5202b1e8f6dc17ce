import { beforeEach, describe, expect, test } from 'vitest';
import { saveAdapter } from '../adapters.ts';
import { withBlocks } from '../blockDatabase.ts';
import { database } from '../database.ts';
import { eraseEverything } from '../eraseEverything.ts';
import { deleteFile, listFiles, openFileWriter, readFile, writeFile } from '../files.ts';
import { type SealedKeys, sealKeys } from '../sealKeys.ts';
import { writeSetting } from '../settings.ts';
import { copyToBlob, PASSWORD } from '../testing/archives.ts';
import { blockBytes, blockName, fillBrowser } from '../testing/fillBrowser.ts';
import { adapter, chat, key, message, session, voucher } from '../testing/records.ts';
import { compareSafetyCopy, type ImportSafetyCopyParameters, importSafetyCopy } from './importSafetyCopy.ts';
import { readSafetyCopy, type SafetyCopy } from './readSafetyCopy.ts';
import { toTagged } from './taggedJson.ts';
import type { CopyProgress } from './writeSafetyCopy.ts';

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
});

const EMPTY: SafetyCopy = {
  createdAt: 1,
  records: new Map(),
  files: [],
  blocks: [],
  keys: undefined,
  damagedRecords: 0,
};
const bring = (copy: Partial<SafetyCopy>, choice: Partial<ImportSafetyCopyParameters> = {}): Promise<number> =>
  importSafetyCopy({
    copy: { ...EMPTY, ...copy },
    conflicts: 'keep',
    closeKey: async (privateKey) => `closed ${privateKey}`,
    isSigned: async () => true,
    ...choice,
  });
const full = async (models = true): Promise<SafetyCopy> => {
  await fillBrowser();
  return readSafetyCopy((await copyToBlob({ models })).blob);
};
const noise = (length: number, seed: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(length).map((_, index) => (index * seed) % 251);

describe('what an import would do', () => {
  const compared = (records: readonly unknown[]) =>
    compareSafetyCopy({ ...EMPTY, records: new Map([['messages', records]]) });

  test('is nothing of an empty copy', async () => {
    expect([await compareSafetyCopy(EMPTY), await bring({})]).toEqual([[], 0]);
  });

  test('is told of each table: what is new, the same, or different here', async () => {
    await database().messages.bulkPut([message, { ...message, id: 'n' }, { ...message, id: 'o' }]);
    expect(
      await compared([
        message,
        { ...message, id: 'n', content: 'Other' },
        { ...message, id: 'o' },
        ...['p', 'q', 'r'].map((id) => ({ ...message, id })),
      ]),
    ).toEqual([{ kind: 'messages', added: 3, same: 2, conflicts: 1 }]);
  });

  test.each<[string, object, boolean]>([
    ['fields in another order', Object.fromEntries(Object.entries(message).reverse()), true],
    ['a field that is nothing', { ...message, cid: undefined }, true],
    ['one more', { ...message, more: 1 }, false],
    ['one less', { ...message, fee: undefined }, false],
    ['another number', { ...message, fee: 1n }, false],
    ['another type', { ...message, fee: '12345678901234567890' }, false],
    ['null', { ...message, fee: null }, false],
  ])('%s', async (_, change, isSame) => {
    await database().messages.put(message);
    expect(await compared([change])).toEqual([
      { kind: 'messages', added: 0, same: isSame ? 1 : 0, conflicts: isSame ? 0 : 1 },
    ]);
  });

  test.each<[string, unknown, unknown, boolean]>([
    ['lists', [1, [2]], [1, [2]], true],
    ['lists of another order', [1, 2], [2, 1], false],
    ['a longer list', [1], [1, 2], false],
    ['a list and an object', [], {}, false],
    ['objects of other names', { a: 1 }, { b: 1 }, false],
    ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    ['other bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
    ['fewer bytes', Uint8Array.of(1, 2), Uint8Array.of(1), false],
    ['bytes and a list', Uint8Array.of(1), [1], false],
    ['a list and bytes', [1], Uint8Array.of(1), false],
    ['Blobs of one size', new Blob(['ab']), new Blob(['cd']), true],
    ['Blobs of other sizes', new Blob(['ab']), new Blob(['c']), false],
    ['a Blob and an object', new Blob(['ab']), {}, false],
    ['an object and a Blob', {}, new Blob(['ab']), false],
    ['nothing and an object', null, {}, false],
    ['texts', 'a', 'a', true],
  ])('of %s within a record', async (_, here, there, isSame) => {
    await database().messages.put({ ...message, later: here } as never);
    expect(await compared([{ ...message, later: there }])).toEqual([
      { kind: 'messages', added: 0, same: isSame ? 1 : 0, conflicts: isSame ? 0 : 1 },
    ]);
  });

  test('is told of files, by what they hold, and of blocks', async () => {
    await writeFile('models', 'weights', Uint8Array.of(1), {});
    const copy = await full();
    await writeFile('checkpoints', '0011223344556677-3', new Uint8Array(50_000).fill(4));
    await writeFile('adapters', 'trained_1--adapter_config.json', new TextEncoder().encode('{} '));
    await deleteFile('adapters', 'trained_1--adapter_model.safetensors');
    const changes = (await compareSafetyCopy(copy)).filter(({ same, kind }) => same !== 1 || kind === 'models');
    expect(changes).toEqual([
      { kind: 'drafts', added: 0, same: 2, conflicts: 0 },
      { kind: 'adapters', added: 1, same: 0, conflicts: 1 },
      { kind: 'checkpoints', added: 0, same: 0, conflicts: 1 },
      { kind: 'models', added: 0, same: 1, conflicts: 0 },
    ]);
    await withBlocks((blocks) => blocks.delete(blockName));
    expect(await compareSafetyCopy({ ...copy, records: new Map(), files: [] }).catch((error) => error)).toEqual([
      { kind: 'blocks', added: 1, same: 0, conflicts: 0 },
    ]);
  });

  test('of a model is known by the hash that it was checked by when it came', async () => {
    const copy = await full();
    const [weights] = copy.files.filter(({ area }) => area === 'models');
    const compareModels = () => compareSafetyCopy({ ...EMPTY, files: weights === undefined ? [] : [weights] });
    const bytes = new Uint8Array(5_000_000).fill(6);
    await writeFile('models', 'weights', bytes, { sha256: weights?.sha256 ?? '' });
    expect(await compareModels()).toEqual([{ kind: 'models', added: 0, same: 1, conflicts: 0 }]);
    await writeFile('models', 'weights', bytes, { sha256: 'ab'.repeat(32) });
    expect(await compareModels()).toEqual([{ kind: 'models', added: 0, same: 0, conflicts: 1 }]);
    await writeFile('models', 'weights', bytes);
    expect(await compareModels()).toEqual([{ kind: 'models', added: 0, same: 0, conflicts: 1 }]);
    // Of other files what they say themselves is not believed.
    const adapters = copy.files.filter(({ name }) => name.endsWith('config.json'));
    await writeFile('adapters', 'trained_1--adapter_config.json', new TextEncoder().encode('[]'), {
      sha256: adapters[0]?.sha256 ?? '',
    });
    expect(await compareSafetyCopy({ ...EMPTY, files: adapters })).toEqual([
      { kind: 'adapters', added: 0, same: 0, conflicts: 1 },
    ]);
  });

  test('is refused where an adapter is not whole', async () => {
    const sha256 = 'ab'.repeat(32);
    const records = new Map([['adapters', [{ ...adapter, files: [{ name: 'x', bytes: 1, sha256 }] }]]] as const);
    const refused = { code: 'STORE_EXPORT_INVALID', facts: { place: 'files/adapters/a--x' } };
    await expect(compareSafetyCopy({ ...EMPTY, records })).rejects.toMatchObject(refused);
    await expect(bring({ records })).rejects.toMatchObject(refused);
  });
});

describe('an import', () => {
  test('brings each thing once, and nothing again', async () => {
    const copy = await full();
    await eraseEverything();
    expect(await bring(copy, { password: PASSWORD })).toBe(10 + 4 + 1 + 2);
    expect(await bring(copy, { password: PASSWORD })).toBe(0);
    expect(await bring({ ...copy, keys: undefined }, { conflicts: 'replace' })).toBe(0);
    // Keys are closed anew.
    expect((await database().sessions.get(session.id))?.privateKey).toBe(`closed ${key}`);
    expect((await database().settings.get('burnerKey'))?.value).toBe(`closed ${key}`);
  });

  test('tells how far it is, by the bytes of files and blocks', async () => {
    const copy = await full();
    await eraseEverything();
    await writeFile('models', 'weights', new Uint8Array(5_000_000).fill(5));
    const told: CopyProgress[] = [];
    await bring(copy, { onProgress: (progress) => told.push(progress) });
    const total = 2 + 70_000 + 50_000 + blockBytes.length;
    expect(new Set(told.map(({ totalBytes }) => totalBytes))).toEqual(new Set([total]));
    const done = told.map(({ doneBytes }) => doneBytes);
    expect([done.at(-1), done]).toEqual([total, done.toSorted((one, other) => one - other)]);
  });

  test('keeps or replaces what is different here, file by file, and leaves nothing that waits', async () => {
    const copy = await full(false);
    const name = 'trained_1--adapter_model.safetensors';
    const other = noise(4_500_000, 7);
    await writeFile('adapters', name, other, { adapter: 'trained/1' });
    const names = async () => (await listFiles('adapters')).map((file) => [file.name, file.facts]);
    const before = await names();
    expect(await bring(copy)).toBe(0);
    expect([await names(), (await readFile('adapters', name))?.size]).toEqual([before, 4_500_000]);
    expect(await bring(copy, { conflicts: 'replace' })).toBe(1);
    const replaced = await readFile('adapters', name);
    expect(new Uint8Array((await replaced?.arrayBuffer()) ?? [])).toEqual(new Uint8Array(70_000).fill(7));
    expect(await names()).toEqual([
      [name, { adapter: 'trained/1', name: 'adapter_model.safetensors' }],
      ['trained_1--adapter_config.json', { adapter: 'trained/1', name: 'adapter_config.json' }],
    ]);
  });

  test('takes the place of a download that has not ended', async () => {
    const copy = await full();
    await deleteFile('models', 'weights');
    await (await openFileWriter('models', 'weights')).write(noise(9_000_000, 3));
    expect(await bring(copy)).toBe(1);
    expect((await readFile('models', 'weights'))?.size).toBe(5_000_000);
  });

  test.each<[string, (copy: SafetyCopy) => Partial<ImportSafetyCopyParameters>]>([
    ['cancelled while a file comes', () => cancelledAfter(0)],
    ['cancelled while a block comes', (copy) => cancelledAfter(copy.files.reduce((sum, { bytes }) => sum + bytes, 0))],
    ['cancelled before its records', () => cancelledAfter(5_120_000)],
    ['whose vouchers are not signed', () => ({ isSigned: async () => false })],
    [
      'whose keys cannot be closed',
      () => ({ password: PASSWORD, closeKey: () => Promise.reject(new Error('locked')) }),
    ],
  ])('%s leaves nothing behind', async (_, choose) => {
    const copy = await full();
    await eraseEverything();
    const kept = await saveAdapter({ ...adapter, id: 'mine' }, { 'one.bin': Uint8Array.of(1) });
    await withBlocks((blocks) => blocks.put('BAAA', Uint8Array.of(1)));
    await expect(bring(copy, choose(copy))).rejects.toThrow();
    expect(await database().adapters.toArray()).toEqual([kept]);
    expect((await listFiles('adapters')).map(({ name }) => name)).toEqual(['mine--one.bin']);
    expect([await listFiles('models'), await listFiles('checkpoints'), await database().chats.count()]).toEqual([
      [],
      [],
      0,
    ]);
    expect(await withBlocks((blocks) => blocks.keys())).toEqual(['BAAA']);
  });
  function cancelledAfter(bytes: number): Partial<ImportSafetyCopyParameters> {
    const abort = new AbortController();
    return {
      signal: abort.signal,
      onProgress: ({ doneBytes }) => {
        if (doneBytes > bytes) abort.abort(new Error('enough'));
      },
    };
  }

  test('that fails leaves what was here before: files that others replace, and blocks', async () => {
    const copy = await full();
    const name = 'trained_1--adapter_config.json';
    await writeFile('adapters', name, new TextEncoder().encode('[]'));
    const blocks = [...copy.blocks, { ...copy.blocks[0], name: `${blockName.slice(0, -2)}AA` }] as SafetyCopy['blocks'];
    await expect(bring({ ...copy, blocks }, { conflicts: 'replace' })).rejects.toMatchObject({
      code: 'STORE_EXPORT_INVALID',
    });
    expect(await (await readFile('adapters', name))?.text()).toBe('[]');
    expect((await listFiles('adapters')).map((file) => file.name).filter((each) => each.startsWith('import.'))).toEqual(
      [],
    );
    expect(await withBlocks((all) => all.keys())).toEqual([blockName]);
  });

  test('takes no block whose name is none, or another', async () => {
    const copy = await full();
    await eraseEverything();
    for (const name of ['NOT0BASE32', '1', `${blockName.slice(0, -1)}A`]) {
      const blocks = [{ ...copy.blocks[0], name }] as SafetyCopy['blocks'];
      await expect(bring({ blocks })).rejects.toMatchObject({
        code: 'STORE_EXPORT_INVALID',
        facts: { place: `blocks/${name}` },
      });
    }
    expect(await withBlocks((all) => all.keys())).toEqual([]);
  });

  test('says which voucher is not signed', async () => {
    const records = new Map([['vouchers', [voucher, { ...voucher, id: 'other' }]]] as const);
    const isSigned = async (each: unknown) => (each as { id: string }).id !== 'other';
    await expect(bring({ records }, { isSigned })).rejects.toMatchObject({
      facts: { place: 'tables/vouchers.jsonl, other' },
    });
    expect(await database().vouchers.count()).toBe(0);
  });
});

describe('keys of a copy', () => {
  const seal = (keys: Record<string, string>): Promise<SealedKeys> =>
    sealKeys({ keys, secret: { kind: 'password', password: PASSWORD } });
  const tagged = (record: object): string => JSON.stringify(toTagged(record, () => 0));

  test('are left out without a password, and need the right one', async () => {
    const keys = await seal({ burnerKey: key, [`session/${session.id}`]: tagged(session) });
    expect(await bring({ keys })).toBe(0);
    await expect(bring({ keys }, { password: 'another password' })).rejects.toMatchObject({
      code: 'KEYS_WRONG_SECRET',
    });
    expect(await bring({ keys }, { password: PASSWORD })).toBe(2);
    expect(await bring({ keys: undefined }, { password: PASSWORD })).toBe(0);
  });

  test.each<[string, Record<string, string>]>([
    ['a key that is none', { burnerKey: '0x11' }],
    ['a session that is no JSON', { 'session/x': '{' }],
    ['a session of another form', { 'session/x': '{"id":"x"}' }],
    ['a session of another name', { 'session/x': tagged(session) }],
    ['a session whose key is closed', { [`session/${session.id}`]: tagged({ ...session, privateKey: 'locked' }) }],
    ['a session with a file', { [`session/${session.id}`]: tagged({ ...session, cap: { $bytes: 7 } }) }],
    ['another name', { other: key }],
  ])('are refused with %s', async (_, keys) => {
    const copy = { keys: await seal(keys), records: new Map([['chats', [chat]]] as const) };
    await expect(bring(copy, { password: PASSWORD })).rejects.toMatchObject({
      code: 'STORE_EXPORT_INVALID',
      facts: { place: `keys.json, ${Object.keys(keys)[0]}` },
    });
    expect([await database().chats.count(), await database().sessions.count()]).toEqual([0, 0]);
  });

  test('of here stay, unless they are to be replaced', async () => {
    const keys = await seal({ burnerKey: key });
    await writeSetting('burnerKey', 'mine');
    expect(await bring({ keys }, { password: PASSWORD })).toBe(0);
    expect((await database().settings.get('burnerKey'))?.value).toBe('mine');
    expect(await bring({ keys }, { password: PASSWORD, conflicts: 'replace' })).toBe(1);
    expect((await database().settings.get('burnerKey'))?.value).toBe(`closed ${key}`);
  });
});
