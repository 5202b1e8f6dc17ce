import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { database } from '../database.ts';
import { eraseEverything } from '../eraseEverything.ts';
import { copyToBlob, type Entries, pack, packFitting, unpack } from '../testing/archives.ts';
import { blockBytes, blockName, fillBrowser } from '../testing/fillBrowser.ts';
import { chat, message, receipt, session, voucher } from '../testing/records.ts';
import { collect, readSafetyCopy } from './readSafetyCopy.ts';
import type { CopyProgress } from './writeSafetyCopy.ts';

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
});

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const line = (record: object): string => `${JSON.stringify(record)}\n`;
const bytesOf = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> =>
  new Uint8Array(await (await collect(stream)).arrayBuffer());
/** Bytes that do not pack: others would be taken for a bomb. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** The archive of a full browser with some entries changed, and the manifest made to agree unless it is given. */
async function forge(change: (entries: Entries) => void, fitting = true): Promise<Blob> {
  await fillBrowser();
  const entries = await unpack((await copyToBlob()).blob);
  change(entries);
  return fitting ? packFitting(entries) : pack(entries);
}
const manifestWith = (entries: Entries, change: (manifest: never) => object): Entries =>
  entries.set(
    'manifest.json',
    utf8(JSON.stringify(change(JSON.parse(new TextDecoder().decode(entries.get('manifest.json'))) as never))),
  );
const refused = async (blob: Blob): Promise<unknown> =>
  readSafetyCopy(blob).then(
    () => 'read',
    (error: { code: string; facts: { reason: string; place: string } }) => [
      error.code,
      error.facts.reason,
      error.facts.place,
    ],
  );

test('an archive is read as it was written', async () => {
  await fillBrowser();
  const begin = Date.now();
  const copy = await readSafetyCopy((await copyToBlob({ models: true })).blob);
  expect(copy.createdAt).toBeGreaterThanOrEqual(begin);
  expect(copy.createdAt).toBeLessThanOrEqual(Date.now());
  expect([copy.records.get('chats'), copy.records.get('receipts'), copy.records.get('vouchers')]).toEqual([
    [chat],
    [receipt],
    [voucher],
  ]);
  expect(copy.records.get('contributions')).toEqual([]);
  expect(copy.files.map(({ area, name, bytes, facts }) => [area, name, bytes, facts])).toEqual([
    [
      'adapters',
      'trained_1--adapter_model.safetensors',
      70_000,
      { adapter: 'trained/1', name: 'adapter_model.safetensors' },
    ],
    ['adapters', 'trained_1--adapter_config.json', 2, { adapter: 'trained/1', name: 'adapter_config.json' }],
    ['checkpoints', '0011223344556677-3', 50_000, { runId: '0011223344556677', step: '3' }],
    ['models', 'weights', 5_000_000, { title: 'Weights' }],
  ]);
  const [block] = copy.blocks;
  expect([block?.name, block?.bytes, copy.blocks.length, copy.damagedRecords]).toEqual([blockName, 3, 1, 0]);
  expect(await bytesOf(block?.stream() as never)).toEqual(blockBytes);
  // As often as it is asked for.
  expect(await bytesOf(block?.stream() as never)).toEqual(blockBytes);
  expect(copy.keys).toMatchObject({ kind: 'password', version: 1 });
});

test('how far it is, is told by the bytes of records; whoever cancels has the reason', async () => {
  await fillBrowser();
  const { blob } = await copyToBlob();
  const told: CopyProgress[] = [];
  await readSafetyCopy(blob, { onProgress: (progress) => told.push(progress) });
  const sizes = [...(await unpack(blob))].map(([path, bytes]) =>
    /^(tables|damaged|blobs)\//.test(path) ? bytes.length : 0,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const keys = (await unpack(blob)).get('keys.json')?.length ?? 0;
  expect(new Set(told.map(({ totalBytes }) => totalBytes))).toEqual(new Set([total]));
  expect(told.at(-1)?.doneBytes).toBe(total + keys);
  const reason = new Error('enough');
  await expect(readSafetyCopy(blob, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const abort = new AbortController();
  const reading = readSafetyCopy(blob, { signal: abort.signal, onProgress: () => abort.abort(reason) });
  await expect(reading).rejects.toBe(reason);
});

test('damaged records are counted, and not read', async () => {
  const blob = await forge((entries) =>
    entries.set('damaged/chats.jsonl', utf8('{}\n{"id":1}\n\n')).set('damaged/messages.jsonl', utf8('no JSON')),
  );
  const copy = await readSafetyCopy(blob);
  expect([copy.damagedRecords, copy.records.get('chats')]).toEqual([3, [chat]]);
});

describe('an archive that was changed is refused, and where', () => {
  const INVALID = 'STORE_EXPORT_INVALID';
  test.each<[string, (entries: Entries) => unknown, string, string]>([
    [
      'a record of another form',
      (entries) => entries.set('tables/chats.jsonl', utf8(line(chat) + line({ ...chat, id: 'd', title: 5 }))),
      'the field title has the wrong form',
      'tables/chats.jsonl, record 2',
    ],
    [
      'a record twice',
      (entries) => entries.set('tables/chats.jsonl', utf8(line(chat) + line(chat))),
      'a record stands there twice',
      'tables/chats.jsonl, record 2',
    ],
    [
      'a line that is no JSON',
      (entries) => entries.set('tables/chats.jsonl', utf8(`${line(chat)}{`)),
      'not JSON',
      'tables/chats.jsonl, record 2',
    ],
    [
      'a value of another form',
      (entries) => entries.set('tables/chats.jsonl', utf8(line({ ...chat, title: { $bigint: 'x' } }))),
      'a value has the wrong form',
      'tables/chats.jsonl, record 1',
    ],
    [
      'a table that there is not',
      (entries) => entries.set('tables/sessions.jsonl', utf8(line({ id: 's' }))),
      'there is no such table',
      'sessions.jsonl',
    ],
    ['no keys', (entries) => entries.set('keys.json', utf8('{')), 'not JSON', 'keys.json'],
    ['too many keys', (entries) => entries.set('keys.json', noise(2 ** 21 + 1)), 'too large', 'keys.json'],
    [
      'too large a block',
      (entries) => entries.set(`blocks/${blockName}`, noise(2 ** 23 + 1)),
      'too large',
      `blocks/${blockName}`,
    ],
  ])('%s', async (_, change, reason, place) => {
    expect(await refused(await forge(change))).toEqual([INVALID, reason, place]);
  });

  test.each<[string, (entries: Entries) => unknown, string, string]>([
    ['no manifest', (entries) => entries.delete('manifest.json'), 'it has no manifest', 'manifest.json'],
    ['a manifest that is no JSON', (entries) => entries.set('manifest.json', utf8('{')), 'not JSON', 'manifest.json'],
    [
      'an entry that it does not name',
      (entries) => entries.set('blobs/7', utf8('x')),
      'the manifest does not name it with this size',
      'blobs/7',
    ],
    [
      'an entry of another size',
      (entries) => entries.set(`blocks/${blockName}`, utf8('abcd')),
      'the manifest does not name it with this size',
      `blocks/${blockName}`,
    ],
    [
      'an entry that is missing',
      (entries) => entries.delete(`blocks/${blockName}`),
      'an entry is missing',
      `blocks/${blockName}`,
    ],
    [
      'one byte of a table',
      (entries) =>
        entries.set(
          'tables/chats.jsonl',
          (entries.get('tables/chats.jsonl') as Uint8Array<ArrayBuffer>).with(9, 0x39) as Uint8Array<ArrayBuffer>,
        ),
      'its bytes were changed',
      'tables/chats.jsonl',
    ],
    [
      'a version of before archives',
      (entries) => manifestWith(entries, (manifest: object) => ({ ...manifest, version: 1 })),
      'wrong version',
      'manifest.json',
    ],
    [
      'another format',
      (entries) => manifestWith(entries, (manifest: object) => ({ ...manifest, format: 'zip' })),
      'the manifest has the wrong form',
      'manifest.json, format',
    ],
    [
      'an entry that it names twice',
      (entries) =>
        manifestWith(entries, (manifest: { entries: object[] }) => ({
          ...manifest,
          entries: [...manifest.entries, manifest.entries[0]],
        })),
      'the manifest names an entry twice',
      'manifest.json',
    ],
  ])('%s', async (_, change, reason, place) => {
    expect(await refused(await forge(change, false))).toEqual([INVALID, reason, place]);
  });

  test('names that do not belong in it, folders and what is encrypted', async () => {
    for (const [name, options, reason] of [
      ['evil.txt', {}, 'an entry of this name does not belong here'],
      ['tables/', { directory: true }, 'a folder or an encrypted entry'],
      ['blobs/0', { password: 'x' }, 'a folder or an encrypted entry'],
    ] as const) {
      const zip = new ZipWriter(new BlobWriter());
      await zip.add(name, 'directory' in options ? undefined : new TextReader('x'), options);
      expect(await refused(await zip.close())).toEqual([INVALID, reason, name]);
    }
  });

  test('files and blocks when they are read', async () => {
    const blob = await forge(
      (entries) =>
        entries
          .set(`blocks/${blockName}`, utf8('abd'))
          .set('files/checkpoints/0011223344556677-3', new Uint8Array(50_000)),
      false,
    );
    const copy = await readSafetyCopy(blob);
    for (const { name, stream } of [...copy.blocks, ...copy.files.filter(({ area }) => area === 'checkpoints')])
      await expect(bytesOf(stream()), name).rejects.toMatchObject({
        code: INVALID,
        facts: { reason: 'its bytes were changed' },
      });
    const [whole] = copy.files.filter(({ area }) => area === 'adapters');
    expect((await bytesOf(whole?.stream() as never)).length).toBe(70_000);
  });

  test('a newer version, whatever its form', async () => {
    for (const change of [{ version: 5 }, { version: 99, entries: 'elsewhere' }])
      await expect(
        readSafetyCopy(
          await forge((entries) => manifestWith(entries, (manifest: object) => ({ ...manifest, ...change })), false),
        ),
      ).rejects.toMatchObject({ code: 'STORE_EXPORT_NEWER', facts: { version: change.version, known: 4 } });
  });

  test('what is no archive at all', async () => {
    expect(await refused(new Blob(['PK and no more']))).toEqual([INVALID, 'the archive is damaged', '']);
    expect(await refused(new Blob(['P']))).toEqual([INVALID, 'neither an archive nor JSON', '']);
  });
});

describe('of earlier versions', () => {
  test.each([2, 3])('an archive of version %i has no vouchers, and all else', async (version) => {
    const blob = await forge((entries) =>
      manifestWith(entries.set('tables/vouchers.jsonl', utf8('{"id":"of before"}\n')), (manifest: object) => ({
        ...manifest,
        version,
      })),
    );
    const copy = await readSafetyCopy(blob);
    expect([copy.records.get('vouchers'), copy.records.get('chats')]).toEqual([[], [chat]]);
  });

  const document = (change: object): Blob =>
    new Blob([JSON.stringify({ format: 'tributary-export', version: 1, tables: { chats: [chat] }, ...change })]);

  test('a JSON document says when it was made, or nothing', async () => {
    const copy = await readSafetyCopy(document({ exportedAt: '2026-01-02T03:04:05Z' }));
    expect(copy).toEqual({
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      records: new Map([['chats', [chat]]]),
      files: [],
      blocks: [],
      keys: undefined,
      damagedRecords: 0,
    });
    for (const change of [{}, { exportedAt: 'once' }])
      expect((await readSafetyCopy(document(change))).createdAt).toBeUndefined();
    const vouchers = await readSafetyCopy(
      document({ tables: { vouchers: [{ id: 'of before' }], messages: [{ ...message, fee: undefined }] } }),
    );
    expect([vouchers.records.get('vouchers'), vouchers.records.get('messages')?.length]).toEqual([[], 1]);
  });

  test.each<[object, string, string]>([
    [{ tables: { chats: 3 } }, 'a table is a list', 'chats'],
    [{ tables: { sessions: [session.id] } }, 'there is no such table', 'sessions'],
    [{ tables: { chats: [chat, chat] } }, 'a record stands there twice', 'chats, record 2'],
    [{ tables: 5 }, 'wrong format', 'tables'],
    [{ format: 'other' }, 'wrong format', 'format'],
    [{ version: 0 }, 'wrong version', 'version'],
    [{ version: 2 }, 'wrong version', 'version'],
    [{ tables: { chats: [{ ...chat, title: { $bytes: 3 } }] } }, 'neither an archive nor JSON', ''],
  ])('one with %j is refused', async (change, reason, place) => {
    expect(await refused(document(change))).toEqual(['STORE_EXPORT_INVALID', reason, place]);
    await expect(readSafetyCopy(document({ version: 5 }))).rejects.toMatchObject({ code: 'STORE_EXPORT_NEWER' });
    expect(await database().chats.count()).toBe(0);
  });
});
