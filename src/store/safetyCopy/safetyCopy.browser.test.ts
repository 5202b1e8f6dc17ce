import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { settled } from '../../lib/indexedDb.ts';
import { readAdapterFile } from '../adapters.ts';
import { withBlocks } from '../blockDatabase.ts';
import { database } from '../database.ts';
import { eraseEverything } from '../eraseEverything.ts';
import { deleteFile, listFiles, readFile, writeFile } from '../files.ts';
import { writeSetting } from '../settings.ts';
import { copyToBlob, type Entries, PASSWORD, pack, packFitting, unpack } from '../testing/archives.ts';
import { blockBytes, blockName, fillBrowser, latin1, utf16 } from '../testing/fillBrowser.ts';
import { chat, key, message, receipt, run, session, voucher } from '../testing/records.ts';
import { compareSafetyCopy, importSafetyCopy } from './importSafetyCopy.ts';
import { readSafetyCopy, type SafetyCopy } from './readSafetyCopy.ts';

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
});

function bring(copy: SafetyCopy, choice: Partial<Parameters<typeof importSafetyCopy>[0]> = {}): Promise<number> {
  return importSafetyCopy({
    copy,
    conflicts: 'keep',
    closeKey: async (privateKey) => privateKey,
    isSigned: async () => true,
    ...choice,
  });
}

/** The archive with some entries changed or added, and the manifest made to agree unless it is given. */
async function forge(blob: Blob, change: (texts: Entries) => void, fitting = true): Promise<Blob> {
  const texts = await unpack(blob);
  change(texts);
  return fitting ? packFitting(texts) : pack(texts);
}
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of database().tables) found[table.name] = await table.count();
  for (const area of ['models', 'adapters', 'checkpoints'] as const)
    found[`files ${area}`] = (await listFiles(area)).length;
  return found;
}

test('a copy holds everything, keys only sealed, and brings it back after an erase', async () => {
  await fillBrowser();
  const before = await counts();
  const written = await copyToBlob({ models: true });
  expect(written).toMatchObject({ files: 4, blocks: 1, keys: 2, leftOut: [] });
  const raw = await written.blob.text();
  expect(raw).not.toContain('11'.repeat(32));
  expect(await eraseEverything()).toEqual([]);
  const copy = await readSafetyCopy(written.blob);
  expect((await compareSafetyCopy(copy)).every(({ same, conflicts }) => same === 0 && conflicts === 0)).toBe(true);
  await bring(copy, { password: PASSWORD });
  expect(await counts()).toEqual(before);
  const tables = database();
  expect(await tables.messages.get('m')).toEqual(message);
  expect(await tables.receipts.get(receipt.id)).toEqual(receipt);
  expect(await tables.vouchers.get(voucher.id)).toEqual(voucher);
  expect(await tables.sessions.get(session.id)).toEqual(session);
  expect((await tables.settings.get('burnerKey'))?.value).toBe(key);
  expect((await tables.drafts.get('contribution/file'))?.value).toEqual({ key: 'k', bytes: latin1 });
  expect((await readAdapterFile('trained/1', 'adapter_model.safetensors'))?.length).toBe(70_000);
  expect((await listFiles('models'))[0]?.facts).toEqual({ title: 'Weights' });
  expect(await withBlocks((blocks) => blocks.get(blockName))).toEqual(blockBytes);
});

test.each([
  ['Latin-1', { key: 'k', bytes: latin1 }, latin1],
  ['UTF-16', { key: 'k', bytes: utf16 }, utf16],
  ['UTF-16 as an earlier version stored it', { key: 'k', blob: new Blob([utf16]) }, utf16],
])('the file of a draft comes back bit for bit: %s', async (_, value, bytes) => {
  await database().drafts.put({ key: 'contribution/file', value, updatedAt: 1 });
  const { blob, leftOut } = await copyToBlob();
  expect(leftOut).toEqual([]);
  await eraseEverything();
  await bring(await readSafetyCopy(blob));
  const back = (await database().drafts.get('contribution/file'))?.value as { bytes: Uint8Array } | { blob: Blob };
  expect('bytes' in back ? back.bytes : new Uint8Array(await back.blob.arrayBuffer())).toEqual(bytes);
});

test('a file of the same size with another byte is told as different', async () => {
  const put = (bytes: Uint8Array) =>
    database().drafts.put({ key: 'contribution/file', value: { key: 'k', bytes }, updatedAt: 1 });
  await put(latin1);
  const copy = await readSafetyCopy((await copyToBlob()).blob);
  expect(await compareSafetyCopy(copy)).toEqual([{ kind: 'drafts', added: 0, same: 1, conflicts: 0 }]);
  await put(latin1.with(69_999, 0));
  expect(await compareSafetyCopy(copy)).toEqual([{ kind: 'drafts', added: 0, same: 0, conflicts: 1 }]);
});

test('an archive of version 2 is read', async () => {
  await fillBrowser();
  const forged = await forge((await copyToBlob()).blob, (texts) =>
    texts.set('manifest.json', utf8('{"format":"tributary-safety-copy","version":2,"createdAt":1}')),
  );
  await eraseEverything();
  expect(await bring(await readSafetyCopy(forged))).toBeGreaterThan(9);
});

test('models stay out where they are not asked for, keys where no password is given or it is another one', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  await eraseEverything();
  const copy = await readSafetyCopy(blob);
  await expect(bring(copy, { password: 'another password' })).rejects.toMatchObject({ code: 'KEYS_WRONG_SECRET' });
  expect(Object.values(await counts()).every((count) => count === 0)).toBe(true);
  await bring(copy);
  expect(await listFiles('models')).toEqual([]);
  expect(await database().sessions.count()).toBe(0);
  expect(await database().settings.get('burnerKey')).toBeUndefined();
});

test('a short password and locked keys are refused before anything is written', async () => {
  await fillBrowser();
  await expect(copyToBlob({ password: 'short' })).rejects.toMatchObject({ code: 'KEYS_PASSWORD_SHORT' });
});

test('a copy can be cancelled while a file is written', async () => {
  await fillBrowser();
  await expect(copyToBlob({ models: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

describe('what is damaged here does not end a copy', () => {
  test.each(['', '{', 'null', '[]', '{"bytes":"x"}', '\0'])('a mark that says %j', async (mark) => {
    await fillBrowser();
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('adapters')).getDirectoryHandle(
      'trained_1--adapter_config.json',
    );
    const writable = await (await folder.getFileHandle('complete.json')).createWritable();
    await writable.write(mark);
    await writable.close();
    expect(await readFile('adapters', 'trained_1--adapter_config.json')).toBeUndefined();
    const written = await copyToBlob();
    expect(written.leftOut).toEqual([
      { kind: 'adapters', name: 'trained_1--adapter_config.json' },
      { kind: 'adapters', name: 'trained/1' },
    ]);
    expect(await eraseEverything()).toEqual([]);
    expect(await bring(await readSafetyCopy(written.blob))).toBeGreaterThan(5);
    expect(await database().adapters.count()).toBe(0);
  });

  test('parts that are gone, a record that is none, a block that is none', async () => {
    await fillBrowser();
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('checkpoints')).getDirectoryHandle(`${run.id}-3`);
    await folder.removeEntry('0');
    await folder.getDirectoryHandle('0', { create: true });
    await database().vouchers.put({ ...voucher, cumulative: 8n });
    await database().messages.put({ id: 'broken', chatId: 5 } as never);
    await database().settings.put({ key: 'relays', value: 3 });
    await withBlocks((blocks) => blocks.put('BAAA', 'text' as never));
    const written = await copyToBlob();
    expect(written.leftOut).toEqual([
      { kind: 'checkpoints', name: `${run.id}-3` },
      { kind: 'messages', name: 'broken' },
      { kind: 'vouchers', name: voucher.id },
      { kind: 'settings', name: 'relays' },
      { kind: 'blocks', name: 'BAAA' },
    ]);
    const copy = await readSafetyCopy(written.blob);
    expect(copy.damagedRecords).toBe(3);
    expect(await eraseEverything()).toEqual([]);
  });
});

describe('a copy that was changed is refused, and nothing of it stays', () => {
  const line = (record: object): string => `${JSON.stringify(record)}\n`;
  const changes: Record<string, (texts: Map<string, Uint8Array<ArrayBuffer>>) => void> = {
    'a field of another type': (texts) => texts.set('tables/chats.jsonl', utf8(line({ ...chat, title: 5 }))),
    'a message whose influence is a text': (texts) =>
      texts.set(
        'tables/messages.jsonl',
        utf8(line({ id: 'm', chatId: 'c', role: 'user', content: '', createdAt: 1, state: 'done', influence: 'x' })),
      ),
    'a run without its data': (texts) => texts.set('tables/runs.jsonl', utf8(line({ ...run, data: undefined }))),
    'a time beyond every calendar': (texts) =>
      texts.set('tables/chats.jsonl', utf8(line({ ...chat, updatedAt: 9e15 }))),
    'a number that JSON reads as infinite': (texts) =>
      texts.set('tables/runs.jsonl', utf8(line({ ...run, losses: [[1, 0]] }).replace('[1,0]', '[1,1e999]'))),
    'a table that there is not': (texts) => texts.set('tables/sessions.jsonl', utf8(line(chat))),
    'a draft of no room': (texts) =>
      texts.set('tables/drafts.jsonl', utf8(line({ key: 'x', value: {}, updatedAt: 1 }))),
    'a setting that is a key': (texts) =>
      texts.set('tables/settings.jsonl', utf8(line({ key: 'burnerKey', value: key }))),
    'an RPC address that is a script': (texts) =>
      texts.set('tables/settings.jsonl', utf8(line({ key: 'rpcUrl', value: 'javascript:0' }))),
    'a record twice': (texts) => texts.set('tables/chats.jsonl', utf8(line(chat) + line(chat))),
    'a line that is no JSON': (texts) => texts.set('tables/chats.jsonl', utf8('{')),
    'an amount that is no number': (texts) =>
      texts.set('tables/messages.jsonl', utf8(line({ ...message, fee: { $bigint: '1e9' } }))),
    'a sum of a million digits': (texts) =>
      texts.set('tables/messages.jsonl', utf8(line({ ...message, fee: { $bigint: '9'.repeat(1e6) } }))),
    'a file that is not there': (texts) =>
      texts.set(
        'tables/drafts.jsonl',
        utf8(line({ key: 'contribution/file', value: { key: 'k', blob: { $blob: 7 } }, updatedAt: 1 })),
      ),
    'nesting without end': (texts) => texts.set('tables/chats.jsonl', utf8(`${'['.repeat(5000)}${']'.repeat(5000)}`)),
    'a voucher whose channel promises more than was signed': (texts) =>
      texts.set(
        'tables/vouchers.jsonl',
        utf8(
          new TextDecoder()
            .decode(texts.get('tables/vouchers.jsonl'))
            .replace('"channel":{"payer"', '"channel":{"x":1,"payer"')
            .replace('"7"', '"700"'),
        ),
      ),
    'a path out of the archive': (texts) => texts.set('files/adapters/../../evil', utf8('x')),
    'an absolute path': (texts) => texts.set('/etc/passwd', utf8('x')),
    'a name that is dots': (texts) => texts.set('files/adapters/..', utf8('x')),
    'an area that there is not': (texts) => texts.set('files/other/x', utf8('x')),
    'an adapter without its file': (texts) => texts.delete('files/adapters/trained_1--adapter_config.json'),
    'an adapter with another file': (texts) => texts.set('files/adapters/trained_1--adapter_config.json', utf8('{ }')),
    'a block of another name': (texts) => texts.set(`blocks/${blockName}`, utf8('abd')),
    'keys that are none': (texts) => texts.set('keys.json', utf8('{}')),
    'a bomb': (texts) => texts.set('files/models/bomb', new Uint8Array(30_000_000)),
    'another version of the manifest': (texts) =>
      texts.set('manifest.json', utf8('{"format":"tributary-safety-copy","version":0,"createdAt":1}')),
  };
  test.each(Object.keys(changes))('%s', async (name) => {
    await fillBrowser();
    const { blob } = await copyToBlob();
    await eraseEverything();
    const empty = await counts();
    const forged = await forge(blob, changes[name] as (typeof changes)[string]);
    await expect((async () => bring(await readSafetyCopy(forged)))()).rejects.toMatchObject({
      code: expect.stringMatching(/^(STORE_EXPORT_INVALID|KEYS_SEAL_INVALID)$/),
    });
    expect(await counts()).toEqual(empty);
  });

  test('and one that was only packed again is not', async () => {
    await fillBrowser();
    const { blob } = await copyToBlob();
    await eraseEverything();
    expect(await bring(await readSafetyCopy(await forge(blob, () => undefined)))).toBeGreaterThan(9);
  });

  test('bytes that the manifest does not name', async () => {
    await fillBrowser();
    const { blob } = await copyToBlob();
    for (const path of ['tables/chats.jsonl', 'files/adapters/trained_1--adapter_model.safetensors']) {
      const forged = await forge(blob, (texts) => ((texts.get(path) as Uint8Array)[9] = 0x39), false);
      await eraseEverything();
      const empty = await counts();
      await expect((async () => bring(await readSafetyCopy(forged)))()).rejects.toMatchObject({
        code: 'STORE_EXPORT_INVALID',
        facts: { place: path },
      });
      expect(await counts()).toEqual(empty);
    }
  });

  test('an entry twice', async () => {
    const zip = new ZipWriter(new BlobWriter());
    await zip.add('manifest.json', new TextReader('{}'));
    await zip.add('manifesT.json', new TextReader('{}'));
    const bytes = new Uint8Array(await (await zip.close()).arrayBuffer());
    const twice = new TextDecoder('latin1').decode(bytes).replaceAll('manifesT', 'manifest');
    const blob = new Blob([Uint8Array.from(twice, (character) => character.charCodeAt(0))]);
    await expect(readSafetyCopy(blob)).rejects.toMatchObject({ code: 'STORE_EXPORT_INVALID' });
  });

  test('a newer version', async () => {
    await fillBrowser();
    const { blob } = await copyToBlob();
    const forged = await forge(
      blob,
      (texts) => texts.set('manifest.json', utf8('{"format":"tributary-safety-copy","version":5,"shape":"unknown"}')),
      false,
    );
    await expect(readSafetyCopy(forged)).rejects.toMatchObject({ code: 'STORE_EXPORT_NEWER', facts: { version: 5 } });
  });

  test('a voucher that its signer did not sign', async () => {
    await fillBrowser();
    const { blob } = await copyToBlob();
    await eraseEverything();
    const copy = await readSafetyCopy(blob);
    await expect(bring(copy, { isSigned: async () => false })).rejects.toMatchObject({ code: 'STORE_EXPORT_INVALID' });
    expect(await database().chats.count()).toBe(0);
  });
});

test('any bytes are refused in words', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  const whole = new Uint8Array(await blob.arrayBuffer());
  const broken = fc
    .tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(whole.length))
    .map(([at, bytes, length]) => {
      const copy = whole.slice(0, Math.max(length, 2));
      if (at < copy.length) copy.set(bytes.subarray(0, copy.length - at), at);
      return copy;
    });
  await eraseEverything();
  await fc.assert(
    fc.asyncProperty(fc.oneof(broken, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      let refused: { code?: string } = {};
      try {
        await readSafetyCopy(new Blob([bytes as Uint8Array<ArrayBuffer>]));
        refused = { code: 'none' };
      } catch (error) {
        refused = error as { code?: string };
      }
      expect(refused.code).toMatch(/^(none|STORE_EXPORT_INVALID|STORE_EXPORT_NEWER|KEYS_SEAL_INVALID)$/);
    }),
    { numRuns: 60 },
  );
});

test('where something else of the name is here it is shown, and kept or replaced as chosen', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  const other = `0x${'22'.repeat(32)}`;
  const change = async (): Promise<void> => {
    await database().chats.put({ ...chat, title: 'Changed' });
    await writeSetting('burnerKey', other);
    await writeFile('adapters', 'trained_1--adapter_config.json', utf8('[]'), {
      adapter: 'trained/1',
      name: 'adapter_config.json',
    });
  };
  await change();
  const copy = await readSafetyCopy(blob);
  expect(await compareSafetyCopy(copy)).toEqual(
    expect.arrayContaining([
      { kind: 'chats', added: 0, same: 0, conflicts: 1 },
      { kind: 'messages', added: 0, same: 1, conflicts: 0 },
      { kind: 'adapters', added: 0, same: 1, conflicts: 1 },
    ]),
  );
  expect(await bring(copy, { password: PASSWORD })).toBe(0);
  expect((await database().chats.get('c'))?.title).toBe('Changed');
  expect((await database().settings.get('burnerKey'))?.value).toBe(other);
  expect(await bring(copy, { password: PASSWORD, conflicts: 'replace' })).toBe(3);
  expect((await database().chats.get('c'))?.title).toBe('Boats');
  expect((await database().settings.get('burnerKey'))?.value).toBe(key);
  expect(await readAdapterFile('trained/1', 'adapter_config.json')).toEqual(utf8('{}'));
  expect((await listFiles('adapters')).map(({ name }) => name).filter((name) => name.startsWith('import.'))).toEqual(
    [],
  );
});

test('a damaged record of the same name is a conflict: kept, or replaced as chosen', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  const raw = (table: string) => database().backendDB().transaction(table, 'readwrite').objectStore(table);
  await settled(raw('chats').put({ ...chat, title: 5 }));
  await settled(raw('sessions').put({ ...session, cap: '5' }));
  const damaged = await copyToBlob();
  expect(damaged.leftOut).toEqual([
    { kind: 'keys', name: `session/${session.id}` },
    { kind: 'chats', name: 'c' },
  ]);
  expect(damaged.keys).toBe(1);
  const copy = await readSafetyCopy(blob);
  expect(await compareSafetyCopy(copy)).toContainEqual({ kind: 'chats', added: 0, same: 0, conflicts: 1 });
  expect(await bring(copy, { password: PASSWORD })).toBe(0);
  expect(await settled(raw('chats').get('c'))).toEqual({ ...chat, title: 5 });
  expect(await settled(raw('sessions').get(session.id))).toEqual({ ...session, cap: '5' });
  expect(await bring(copy, { password: PASSWORD, conflicts: 'replace' })).toBe(2);
  expect(await database().chats.get('c')).toEqual(chat);
  expect(await database().sessions.get(session.id)).toEqual(session);
});

test('a transaction that fails in the middle takes the files back', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  await eraseEverything();
  const copy = await readSafetyCopy(blob);
  const records = new Map([
    ...copy.records,
    ['settings', [{ key: 'wallet', value: () => 'no clone of this' }]] as const,
  ]);
  await expect(bring({ ...copy, records })).rejects.toThrow();
  const { 'files adapters': adapters, chats } = await counts();
  expect({ adapters, chats }).toEqual({ adapters: 0, chats: 0 });
  expect(await withBlocks((blocks) => blocks.keys())).toEqual([]);
  await deleteFile('models', 'weights');
});

test('of a copy of version 3 all but its vouchers are read: the contract of now takes none that names no signer', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  await eraseEverything();
  const older = await forge(blob, (texts) => {
    const manifest = JSON.parse(new TextDecoder().decode(texts.get('manifest.json')));
    texts.set('manifest.json', utf8(JSON.stringify({ ...manifest, version: 3 })));
    texts.set('tables/vouchers.jsonl', utf8('{"id":"of before"}\n'));
  });
  await bring(await readSafetyCopy(older));
  expect(await database().vouchers.count()).toBe(0);
  expect(await database().receipts.count()).toBeGreaterThan(0);
});

describe('the JSON document of earlier versions', () => {
  const document = (tables: unknown, version = 1): Blob =>
    new Blob([JSON.stringify({ format: 'tributary-export', version, exportedAt: '2026-01-02T03:04:05Z', tables })]);

  test('is still read', async () => {
    const copy = await readSafetyCopy(
      document({
        chats: [chat],
        messages: [{ ...message, fee: { $bigint: '12' } }],
        receipts: [{ ...receipt, bytes: { $bytes: '01' }, salt: { $bytes: '' } }],
      }),
    );
    expect(await bring(copy)).toBe(3);
    expect((await database().messages.get('m'))?.fee).toBe(12n);
  });

  test.each([
    new Blob(['no json']),
    new Blob(['{}']),
    new Blob(['null']),
    new Blob(),
    document({ chats: 3 }),
    document({ chats: [3] }),
    document({ chats: [chat], drafts: [{ key: 'contribution', value: null, updatedAt: 1 }] }),
    document({ sessions: [] }),
    document({ chats: [{ ...chat, createdAt: -1 }] }),
    document({}, 0),
  ])('number %# is refused', async (blob) => {
    await expect(readSafetyCopy(blob)).rejects.toMatchObject({ code: 'STORE_EXPORT_INVALID' });
    expect(await database().chats.count()).toBe(0);
  });
});
