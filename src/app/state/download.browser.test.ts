import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { deleteFile, eraseEverything, listFiles, openFileWriter, readFile } from '../../store/index.ts';
import { download, goOnFromMemory } from './download.ts';

const PART = 4 * 1024 * 1024;
const bytes = new Uint8Array(PART + 1000).map((_, index) => (index * 31) % 251);
const hash = bytesToHex(sha256(bytes));
const file = { name: 'model.gguf', url: 'https://models.example/model.gguf', bytes: bytes.length, sha256: hash };

/** Stands in for the network alone: answers ranges as a static host does. */
function network(content: Uint8Array<ArrayBuffer>): string[] {
  const ranges: string[] = [];
  vi.stubGlobal('fetch', async (_url: string, init?: RequestInit) => {
    const range = new Headers(init?.headers).get('range') ?? '';
    ranges.push(range);
    const from = Number(range.match(/bytes=(\d+)-/)?.[1] ?? 0);
    return new Response(content.slice(from), { status: range === '' ? 200 : 206 });
  });
  return ranges;
}

// Test files that run one after the other share the browser's storage.
beforeAll(async () => void (await eraseEverything()));
afterEach(async () => {
  vi.unstubAllGlobals();
  await deleteFile('models', hash);
});

test('a file is checked, kept, and not fetched again', async () => {
  const ranges = network(bytes);
  const progress: number[] = [];
  const blob = await download('models', file, { onProgress: ({ loadedBytes }) => progress.push(loadedBytes) });
  expect(bytesToHex(sha256(new Uint8Array(await blob.arrayBuffer())))).toBe(hash);
  expect(progress.at(-1)).toBe(bytes.length);
  await download('models', file);
  expect(ranges).toEqual(['']);
  expect((await listFiles('models')).map(({ name, bytes: size, complete }) => [name, size, complete])).toEqual([
    [hash, bytes.length, true],
  ]);
});

test('goes on after the last whole part of an earlier attempt', async () => {
  const writer = await openFileWriter('models', hash);
  await writer.write(bytes.subarray(0, PART + 10));
  expect(await readFile('models', hash)).toBeUndefined();
  const ranges = network(bytes);
  const blob = await download('models', file);
  expect(ranges).toEqual([`bytes=${PART}-`]);
  expect(blob.size).toBe(bytes.length);
});

test('a last part without the mark of a whole file is fetched again', async () => {
  const writer = await openFileWriter('models', hash);
  await writer.write(new Uint8Array(bytes.length - 7));
  await writer.finish({});
  const area = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
  await (await area.getDirectoryHandle(hash)).removeEntry('complete.json');
  const writerAgain = await openFileWriter('models', hash);
  expect(writerAgain.keptBytes).toBe(PART);
});

test('other bytes than announced are refused and not kept', async () => {
  const wrong = bytes.slice();
  wrong[5] = 0xff;
  network(wrong);
  await expect(download('models', file)).rejects.toMatchObject({ code: 'APP_FILE_HASH_MISMATCH' });
  expect(await readFile('models', hash)).toBeUndefined();
  expect(await listFiles('models')).toEqual([]);
});

test('a missing file and a dead network are download failures with a way on', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  await expect(download('models', file)).rejects.toMatchObject({ code: 'APP_DOWNLOAD_FAILED', facts: { status: 404 } });
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(download('models', file)).rejects.toMatchObject({ code: 'APP_DOWNLOAD_FAILED' });
});

test('a full disk is said before anything is fetched', async () => {
  const ranges = network(bytes);
  vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ usage: 10, quota: 1000 });
  await expect(download('models', file)).rejects.toMatchObject({
    code: 'STORE_QUOTA_EXCEEDED',
    facts: { freeBytes: 990 },
  });
  expect(ranges).toEqual([]);
  vi.restoreAllMocks();
});

test.each([
  // A private window of Safari.
  () => vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(new DOMException('unknown', 'UnknownError')),
  // Safari before 26.
  () => vi.stubGlobal('FileSystemFileHandle', class {}),
])('a browser that keeps no files goes on from memory by itself: %#', async (take) => {
  take();
  network(bytes);
  expect((await download('models', file)).size).toBe(bytes.length);
  await expect(openFileWriter('models', hash)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect([await readFile('models', hash), await listFiles('models')]).toEqual([undefined, []]);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  expect(await readFile('models', hash)).toBeUndefined();
});

test('a full browser can go on from memory: checked all the same, not kept', async () => {
  goOnFromMemory();
  network(bytes);
  const estimate = vi.spyOn(navigator.storage, 'estimate').mockResolvedValue({ usage: 10, quota: 1000 });
  expect((await download('models', file)).size).toBe(bytes.length);
  expect(await readFile('models', hash)).toBeUndefined();
  const wrong = bytes.slice();
  wrong[5] = 0xff;
  network(wrong);
  await expect(download('models', file)).rejects.toMatchObject({ code: 'APP_FILE_HASH_MISMATCH' });
  estimate.mockRestore();
});
