import { beforeEach, describe, expect, test } from 'vitest';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { saveAdapter } from '../adapters.ts';
import { withBlocks } from '../blockDatabase.ts';
import { database } from '../database.ts';
import { eraseEverything } from '../eraseEverything.ts';
import { openFileWriter, writeFile } from '../files.ts';
import { writeSetting } from '../settings.ts';
import { copyToBlob, unpack } from '../testing/archives.ts';
import { blockName, fillBrowser, latin1 } from '../testing/fillBrowser.ts';
import { adapter, chat, key, message, session } from '../testing/records.ts';
import { readSafetyCopy } from './readSafetyCopy.ts';
import { type CopyProgress, hasPrivateKeys, safetyCopySize, writeSafetyCopy } from './writeSafetyCopy.ts';

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
});

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const json = (bytes: Uint8Array | undefined) => JSON.parse(text(bytes));

test('an empty browser has an empty copy, without keys and without a password', async () => {
  const { blob, ...written } = await copyToBlob({ password: '' });
  expect(written).toEqual({ records: 0, files: 0, blocks: 0, keys: 0, leftOut: [] });
  const copy = await readSafetyCopy(blob);
  expect([copy.keys, copy.files, copy.blocks, [...copy.records.values()].flat(), copy.damagedRecords]).toEqual([
    undefined,
    [],
    [],
    [],
    0,
  ]);
});

test('the manifest names every other entry with its size and hash, and comes last', async () => {
  await fillBrowser();
  const begin = Date.now();
  const { blob, ...written } = await copyToBlob({ models: true });
  expect(written).toEqual({ records: 10, files: 4, blocks: 1, keys: 2, leftOut: [] });
  const entries = await unpack(blob);
  expect([...entries.keys()].at(-1)).toBe('manifest.json');
  const manifest = json(entries.get('manifest.json'));
  expect(manifest).toMatchObject({ format: 'tributary-safety-copy', version: 4 });
  expect(manifest.createdAt).toBeGreaterThanOrEqual(begin);
  expect(manifest.createdAt).toBeLessThanOrEqual(Date.now());
  const named = new Map<string, { bytes: number; sha256: string; facts?: object }>(
    manifest.entries.map((entry: { path: string }) => [entry.path, entry]),
  );
  expect([...named.keys(), 'manifest.json'].sort()).toEqual([...entries.keys()].sort());
  for (const [path, { bytes, sha256: hash }] of named) {
    expect([bytes, hash], path).toEqual([
      entries.get(path)?.length,
      bytesToHex(sha256(entries.get(path) as Uint8Array)),
    ]);
  }
  expect(named.get('files/models/weights')?.facts).toEqual({ title: 'Weights' });
  expect(named.get('tables/chats.jsonl')).not.toHaveProperty('facts');
  expect(entries.get('blobs/0')).toEqual(latin1);
  expect(entries.has(`blocks/${blockName}`)).toBe(true);
  expect(text(entries.get('tables/chats.jsonl'))).toBe(`${JSON.stringify(chat)}\n`);
  // What holds keys, or belongs to this browser, is in no table.
  expect(text(entries.get('tables/settings.jsonl'))).toBe('{"key":"wallet","value":"burner"}\n');
  expect(Object.keys(json(entries.get('keys.json')))).not.toContain('keys');
});

test('a table that is longer than what is read at once is there whole, in order', async () => {
  const ids = Array.from({ length: 401 }, (_, index) => String(index).padStart(3, '0'));
  await database().messages.bulkPut(ids.map((id) => ({ ...message, id })));
  const { blob, records } = await copyToBlob();
  const copied = (await readSafetyCopy(blob)).records.get('messages') as readonly { id: string }[];
  expect([records, copied.map(({ id }) => id)]).toEqual([401, ids]);
  await database().messages.delete('400');
  expect((await copyToBlob()).records).toBe(400);
});

test('what is this browser’s own stays out', async () => {
  const sealed = { kind: 'password', ciphertext: '' };
  await writeSetting('keyLock', { sealed });
  await writeSetting('variants', { device: '', choices: [], refused: [] });
  await writeSetting('foreignModels', []);
  await writeSetting('device', 'cpu');
  const { blob, records, leftOut } = await copyToBlob();
  expect([records, leftOut]).toEqual([1, []]);
  expect((await readSafetyCopy(blob)).records.get('settings')).toEqual([{ key: 'device', value: 'cpu' }]);
});

test('its size is told before, models apart, without what is unfinished', async () => {
  expect(await safetyCopySize()).toEqual({ bytes: 0, modelBytes: 0 });
  await saveAdapter(adapter, { 'one.bin': new Uint8Array(3) });
  await writeFile('checkpoints', 'c', new Uint8Array(5));
  await writeFile('models', 'a', new Uint8Array(7));
  await writeFile('models', 'b', new Uint8Array(11));
  await (await openFileWriter('models', 'unfinished')).write(new Uint8Array(5_000_000));
  expect(await safetyCopySize()).toEqual({ bytes: 8, modelBytes: 18 });
});

test('how far it is, is told by the bytes of files', async () => {
  await fillBrowser();
  for (const models of [false, true]) {
    const told: CopyProgress[] = [];
    await copyToBlob({ models, onProgress: (progress) => told.push(progress) });
    const total = 2 + 70_000 + 50_000 + (models ? 5_000_000 : 0);
    expect(new Set(told.map(({ totalBytes }) => totalBytes))).toEqual(new Set([total]));
    const done = told.map(({ doneBytes }) => doneBytes);
    expect([done, done.at(-1)]).toEqual([done.toSorted((one, other) => one - other), total]);
    expect(new Set(done).size).toBe(done.length);
  }
});

test('whether there are private keys is known', async () => {
  expect(await hasPrivateKeys()).toBe(false);
  await database().sessions.put(session);
  expect(await hasPrivateKeys()).toBe(true);
  await database().sessions.clear();
  await writeSetting('burnerKey', key);
  expect(await hasPrivateKeys()).toBe(true);
});

describe('a copy that does not come about', () => {
  /** What a target got of it. */
  function target() {
    const got = { bytes: 0, closed: false, reason: undefined as unknown };
    const stream = new WritableStream<Uint8Array>({
      write(chunk) {
        got.bytes += chunk.byteLength;
      },
      close() {
        got.closed = true;
      },
      abort(reason) {
        got.reason = reason;
      },
    });
    return { stream, got };
  }
  const parameters = { password: 'correct horse battery', models: true, openKey: async (stored: string) => stored };

  test.each<[string, number]>([
    ['at its first byte', 0],
    ['in the middle of its files', 100_000],
  ])('is aborted %s, with the reason', async (_, after) => {
    await fillBrowser();
    const { stream, got } = target();
    const abort = new AbortController();
    const reason = new Error('enough');
    if (after === 0) abort.abort(reason);
    await expect(
      writeSafetyCopy({
        ...parameters,
        target: stream,
        signal: abort.signal,
        onProgress: ({ doneBytes }) => {
          if (doneBytes > after) abort.abort(reason);
        },
      }),
    ).rejects.toBe(reason);
    expect([got.closed, got.reason]).toEqual([false, reason]);
  });

  test('writes nothing where a key is locked, and keeps nothing where the target fails', async () => {
    await fillBrowser();
    const locked = target();
    const openKey = () => Promise.reject(new Error('locked'));
    await expect(writeSafetyCopy({ ...parameters, target: locked.stream, openKey })).rejects.toThrow('locked');
    expect([locked.got.bytes, locked.got.closed]).toEqual([0, false]);
    const full = new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error('full')) });
    await expect(writeSafetyCopy({ ...parameters, target: full })).rejects.toThrow('full');
  });

  test('ends while records or blocks are read', async () => {
    await database().messages.bulkPut([message, { ...message, id: 'n' }]);
    await withBlocks((blocks) => blocks.put('BAAA', Uint8Array.of(1)));
    const { stream, got } = target();
    const abort = new AbortController();
    // There are no files: the first look at the signal is that of the records.
    const writing = writeSafetyCopy({ ...parameters, target: stream, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    expect(got.closed).toBe(false);
  });
});

test('a block without bytes is none, and no loss', async () => {
  await withBlocks((blocks) => blocks.put('BAAA', new Uint8Array(0)));
  const { blocks, leftOut } = await copyToBlob();
  expect([blocks, leftOut]).toEqual([0, []]);
});

test('keys are in it as they are signed with, whatever lock they have here', async () => {
  await database().sessions.put({ ...session, privateKey: 'locked' });
  await writeSetting('burnerKey', 'locked');
  const opened: string[] = [];
  const { keys } = await copyToBlob({
    openKey: async (stored) => {
      opened.push(stored);
      return key;
    },
  });
  expect([keys, opened]).toEqual([2, ['locked', 'locked']]);
});
