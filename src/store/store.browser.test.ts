import { beforeEach, expect, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { PART_BYTES } from './files.ts';
import {
  addAdapterFiles,
  database,
  deleteAdapter,
  deleteFile,
  eraseEverything,
  estimateStorage,
  guardWrite,
  latestCheckpoint,
  listFiles,
  openFileWriter,
  readAdapterFile,
  readFile,
  saveAdapter,
  saveCheckpoint,
  writeFile,
} from './index.ts';

beforeEach(async () => void (await eraseEverything()));

test('the two newest checkpoints of a run stay, and the newest whole one is found', async () => {
  for (const step of [10, 20, 30]) await saveCheckpoint('run', step, Uint8Array.of(step));
  expect((await listFiles('checkpoints')).map((file) => file.name).sort()).toEqual(['run-20', 'run-30']);
  expect(await latestCheckpoint('run')).toEqual({ step: 30, bytes: Uint8Array.of(30) });
  expect(await latestCheckpoint('other')).toBeUndefined();
});

test('a part that a crash left short ends what is gone on from', async () => {
  const writer = await openFileWriter('models', 'short');
  await writer.write(new Uint8Array(3 * PART_BYTES));
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
  const part = await (await folder.getDirectoryHandle('short')).getFileHandle('1');
  await (await part.createWritable()).close();
  expect((await openFileWriter('models', 'short')).keptBytes).toBe(PART_BYTES);
  await deleteFile('models', 'short');
});

test('what is written is what was given, also where a view is taken for its whole buffer, as in WebKit', async () => {
  const write = FileSystemWritableFileStream.prototype.write;
  vi.spyOn(FileSystemWritableFileStream.prototype, 'write').mockImplementation(function (
    this: FileSystemWritableFileStream,
    data: FileSystemWriteChunkType,
  ) {
    return write.call(this, ArrayBuffer.isView(data) ? data.buffer : data);
  });
  const bytes = new Uint8Array(PART_BYTES + 1000).map((_, index) => (index * 31) % 251);
  await writeFile('models', 'views', bytes.subarray(10, -10));
  vi.restoreAllMocks();
  const kept = await readFile('models', 'views');
  expect(new Uint8Array((await kept?.arrayBuffer()) ?? [])).toEqual(bytes.slice(10, -10));
});

test('an adapter is kept with its files and their hashes, and goes whole', async () => {
  const record = await saveAdapter(
    { id: 'a/1', name: 'Towns', modelId: 'seedling', datanetIds: [], createdAt: 1 },
    { 'adapter_config.json': new TextEncoder().encode('{}') },
  );
  expect(record.files).toEqual([
    {
      name: 'adapter_config.json',
      bytes: 2,
      sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    },
  ]);
  expect(await readAdapterFile('a/1', 'adapter_config.json')).toEqual(new TextEncoder().encode('{}'));
  await deleteAdapter('a/1');
  expect(await readAdapterFile('a/1', 'adapter_config.json')).toBeUndefined();
  expect(await listFiles('adapters')).toEqual([]);
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

test('a write refused for lack of space says how much is free, also when the database wraps the refusal', async () => {
  const { quota } = await estimateStorage();
  expect(quota).toBeGreaterThan(0);
  const refusal = new DOMException('full', 'QuotaExceededError');
  const wrapped = Object.assign(new Error('aborted'), { name: 'AbortError', inner: refusal });
  for (const error of [refusal, wrapped]) {
    await expect(guardWrite(() => Promise.reject(error), 77)).rejects.toMatchObject({
      code: 'STORE_QUOTA_EXCEEDED',
      facts: { neededBytes: 77 },
    });
  }
  const other = new TypeError('x');
  await expect(guardWrite(() => Promise.reject(other))).rejects.toBe(other);
});

test('a file that does not fit is refused for lack of room, every time', async () => {
  const quota = (quotaSize?: number): Promise<unknown> =>
    cdp().send('Storage.overrideQuotaForOrigin', {
      origin: location.origin,
      ...(quotaSize === undefined ? {} : { quotaSize }),
    });
  const { usage } = await estimateStorage();
  const codes: unknown[] = [];
  try {
    await quota(usage + 1_000_000);
    // A write that is cut off half-way fails in one of several ways, whichever Chromium notices first.
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const writer = await openFileWriter('models', 'large');
      await writer.write(new Uint8Array(PART_BYTES)).catch((error: { code: unknown }) => codes.push(error.code));
    }
  } finally {
    await quota();
    await deleteFile('models', 'large');
  }
  expect(new Set(codes)).toEqual(new Set(['STORE_QUOTA_EXCEEDED']));
  expect(codes).toHaveLength(40);
});
