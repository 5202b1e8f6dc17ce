// The state of a Node program in its folder: real files, and as many records as a process may have open files.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { bytesToHex, concatBytes } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { openFileState, removeHalfWritten } from './nodeState.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'tributary-state-'));
  cleanups.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function open(at: string) {
  const state = await openFileState(at);
  cleanups.push(() => state.close());
  return state;
}

/** A record as versions before the database wrote it. */
async function writeOldFile(at: string, key: string, value: Uint8Array): Promise<void> {
  const name = new TextEncoder().encode(key);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, name.byteLength);
  await writeFile(path.join(at, `${bytesToHex(sha256(name))}.state`), concatBytes([length, name, value]));
}

it('stores any key, replaces, deletes and keeps over a restart', async () => {
  const at = await folder();
  const first = await openFileState(at);
  const keys = ['head/1', 'pending/contribution/bafk/a//b/../c', 'ä\u0000\u{1F600}', ' ', 'x'.repeat(2_000)];
  for (const [index, key] of keys.entries()) await first.put(key, Uint8Array.of(index));
  await first.put('head/1', Uint8Array.of(9, 9));
  await first.delete(' ');
  await first.delete('never there');
  await first.close();
  const entries = new Map(await (await open(at)).entries());
  expect([...entries.keys()].sort()).toEqual(keys.filter((key) => key !== ' ').sort());
  expect(entries.get('head/1')).toEqual(Uint8Array.of(9, 9));
});

it('reads 20,000 records without as many open files', async () => {
  const at = await folder();
  const first = await openFileState(at);
  for (let from = 0; from < 20_000; from += 1_000) {
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => first.put(`head/${from + index}`, new Uint8Array(200))),
    );
  }
  await first.close();
  expect(await (await open(at)).entries()).toHaveLength(20_000);
  expect((await readdir(at)).length).toBeLessThan(100);
});

it('takes in the files of earlier versions, once, and leaves none of them nor of what a kill left', async () => {
  const at = await folder();
  for (let index = 0; index < 300; index += 1) await writeOldFile(at, `head/${index}`, Uint8Array.of(index % 256));
  await writeFile(path.join(at, 'abc.state.1.new'), 'half');
  await writeFile(path.join(at, 'short.state'), new Uint8Array([0]));
  await writeFile(path.join(at, 'long.state'), new Uint8Array([0xff, 0xff, 0xff, 0xff, 1]));
  const first = await openFileState(at);
  expect(new Map(await first.entries()).get('head/299')).toEqual(Uint8Array.of(43));
  expect(await first.entries()).toHaveLength(300);
  await first.put('head/5', Uint8Array.of(77));
  await first.close();
  expect((await readdir(at)).filter((name) => /\.(state|new)$/.test(name))).toEqual([]);
  // A kill in the middle leaves files of which some are in the database already, with newer values.
  await writeOldFile(at, 'head/5', Uint8Array.of(5));
  expect(new Map(await (await open(at)).entries()).get('head/5')).toEqual(Uint8Array.of(77));
});

it('says that the folder is in use', async () => {
  const at = await folder();
  await open(at);
  await expect(openFileState(at)).rejects.toMatchObject({ code: 'FOLDER_IN_USE', facts: { folder: at } });
});

it('deletes half-written blocks', async () => {
  const at = await folder();
  for (const name of ['.bafk.data.tmp', 'bafk.data']) await writeFile(path.join(at, name), 'x');
  await removeHalfWritten(at);
  expect(await readdir(at)).toEqual(['bafk.data']);
});
