import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { eraseEverything } from './eraseEverything.ts';
import { fileStore } from './fileStore.ts';
import {
  deleteFile,
  type FileArea,
  fileObstacle,
  listFiles,
  openFileWriter,
  PART_BYTES,
  readFile,
  readFileFacts,
  safeName,
  storedBytes,
  writeFile,
} from './files.ts';
import { estimateStorage } from './guard.ts';

beforeEach(async () => void (await eraseEverything()));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const noise = (length: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(length).map((_, index) => (index * 31 + (index >> 8)) % 251);

async function bytesOf(blob: Blob | undefined): Promise<Uint8Array | undefined> {
  return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
}

/** Beneath this module. */
async function folderOf(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return await (await root.getDirectoryHandle('models', { create: true })).getDirectoryHandle(name, { create: true });
}
async function put(name: string, part: string, content: BlobPart): Promise<void> {
  const writable = await (await (await folderOf(name)).getFileHandle(part, { create: true })).createWritable();
  await writable.write(new Blob([content]));
  await writable.close();
}
async function partsOf(name: string): Promise<string[]> {
  const names: string[] = [];
  for await (const part of (await folderOf(name)).keys()) names.push(part);
  return names.sort();
}

describe('a file that is written', () => {
  test('is whole after its end, with its facts, and before that only what has come', async () => {
    expect(PART_BYTES).toBe(4_194_304);
    const bytes = noise(PART_BYTES + 1_000);
    const writer = await openFileWriter('models', 'weights v1/ä');
    expect([writer.keptBytes, writer.kept.size]).toEqual([0, 0]);
    await writer.write(bytes.subarray(0, 7));
    await writer.write(new Uint8Array(0));
    await writer.write(bytes.subarray(7, PART_BYTES - 1));
    expect([writer.keptBytes, await storedBytes('models', 'weights v1/ä')]).toEqual([0, 0]);
    await writer.write(bytes.subarray(PART_BYTES - 1));
    expect([writer.keptBytes, await storedBytes('models', 'weights v1/ä')]).toEqual([PART_BYTES, PART_BYTES]);
    expect(await readFile('models', 'weights v1/ä')).toBeUndefined();
    expect(await readFileFacts('models', 'weights v1/ä')).toBeUndefined();
    const named = { area: 'models', name: 'weights_v1__' };
    expect(await listFiles('models')).toEqual([{ ...named, bytes: PART_BYTES, complete: false, facts: {} }]);

    const begin = Date.now();
    expect(await bytesOf(await writer.finish({ title: 'Weights', bytes: 'none of its facts' }))).toEqual(bytes);
    expect(await bytesOf(await readFile('models', 'weights v1/ä'))).toEqual(bytes);
    expect(await readFileFacts('models', 'weights v1/ä')).toEqual({ title: 'Weights' });
    expect(await storedBytes('models', 'weights v1/ä')).toBe(bytes.length);
    const [listed, ...others] = await listFiles('models');
    expect([listed, others]).toEqual([
      { ...named, bytes: bytes.length, complete: true, writtenAt: listed?.writtenAt, facts: { title: 'Weights' } },
      [],
    ]);
    expect(listed?.writtenAt).toBeGreaterThanOrEqual(begin);
    expect(listed?.writtenAt).toBeLessThanOrEqual(Date.now());
  });

  test('has as many parts as it fills, and may be empty', async () => {
    await writeFile('models', 'two', new Uint8Array(2 * PART_BYTES).fill(2));
    expect(await partsOf('two')).toEqual(['0', '1', 'complete.json']);
    expect((await readFile('models', 'two'))?.size).toBe(2 * PART_BYTES);
    await writeFile('models', 'none', new Uint8Array(0));
    expect(await partsOf('none')).toEqual(['complete.json']);
    expect((await readFile('models', 'none'))?.size).toBe(0);
  });

  test('goes on behind its whole parts, whatever a crash left of the next', async () => {
    const bytes = noise(3 * PART_BYTES + 5);
    await (await openFileWriter('models', 'a')).write(bytes);
    const again = await openFileWriter('models', 'a');
    expect(again.keptBytes).toBe(3 * PART_BYTES);
    expect(await bytesOf(again.kept)).toEqual(bytes.slice(0, 3 * PART_BYTES));
    await put('a', '1', 'short');
    const short = await openFileWriter('models', 'a');
    expect([short.keptBytes, short.kept.size]).toEqual([PART_BYTES, PART_BYTES]);
    await short.write(bytes.subarray(PART_BYTES));
    expect(await bytesOf(await short.finish({}))).toEqual(bytes);
    await put('a', '0', '');
    expect((await openFileWriter('models', 'a')).keptBytes).toBe(0);
  });

  test('at once takes the place of one of its name, longer or not finished', async () => {
    await writeFile('models', 'a', noise(PART_BYTES + 1), { title: 'Old' });
    await writeFile('models', 'a', Uint8Array.of(1, 2));
    expect(await bytesOf(await readFile('models', 'a'))).toEqual(Uint8Array.of(1, 2));
    expect(await readFileFacts('models', 'a')).toEqual({});
    await (await openFileWriter('models', 'b')).write(noise(PART_BYTES));
    await writeFile('models', 'b', Uint8Array.of(3));
    expect(await bytesOf(await readFile('models', 'b'))).toEqual(Uint8Array.of(3));
  });

  test('is what was given, also where a view is taken for its whole buffer, as in WebKit', async () => {
    const write = FileSystemWritableFileStream.prototype.write;
    vi.spyOn(FileSystemWritableFileStream.prototype, 'write').mockImplementation(function (
      this: FileSystemWritableFileStream,
      data: FileSystemWriteChunkType,
    ) {
      return write.call(this, ArrayBuffer.isView(data) ? data.buffer : data);
    });
    const bytes = noise(PART_BYTES + 1_000);
    await writeFile('models', 'views', bytes.subarray(10, -10));
    vi.restoreAllMocks();
    expect(await bytesOf(await readFile('models', 'views'))).toEqual(bytes.slice(10, -10));
  });

  test('that does not fit is refused for lack of room, every time', async () => {
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

  test.each(['truncate', 'write', 'close'] as const)(
    'that fails to %s says so, and ends what it began',
    async (step) => {
      const fault = new DOMException('broken', 'DataError');
      const abort = vi.spyOn(WritableStream.prototype, 'abort');
      vi.spyOn(
        (step === 'close' ? WritableStream : FileSystemWritableFileStream).prototype as FileSystemWritableFileStream,
        step,
      ).mockRejectedValue(fault);
      const writer = await openFileWriter('models', 'a');
      await expect(writer.write(new Uint8Array(PART_BYTES))).rejects.toBe(fault);
      expect(abort).toHaveBeenCalledTimes(1);
      await expect(writeFile('models', 'b', Uint8Array.of(1))).rejects.toBe(fault);
      vi.restoreAllMocks();
      expect(await readFile('models', 'b')).toBeUndefined();
    },
  );
});

describe('a mark', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"bytes":"1","writtenAt":1}',
    '{"bytes":1}',
    '{"bytes":-1,"writtenAt":1}',
    '{"bytes":1,"writtenAt":1,"x":{}}',
  ])('that says %j makes its file a damaged one', async (mark) => {
    await writeFile('models', 'a', Uint8Array.of(1));
    await put('a', 'complete.json', mark);
    expect([await readFile('models', 'a'), await readFileFacts('models', 'a')]).toEqual([undefined, undefined]);
    expect(await listFiles('models')).toEqual([
      { area: 'models', name: 'a', bytes: 1, complete: false, damaged: true, facts: {} },
    ]);
  });

  test('may have numbers as facts, and the smallest of each', async () => {
    await put('a', 'complete.json', '{"bytes":0,"writtenAt":0,"rank":8}');
    expect(await readFileFacts('models', 'a')).toEqual({ rank: '8' });
    expect(await listFiles('models')).toEqual([
      { area: 'models', name: 'a', bytes: 0, complete: true, writtenAt: 0, facts: { rank: '8' } },
    ]);
  });

  test('has at most 100,000 bytes', async () => {
    const empty = JSON.stringify({ x: '', bytes: 0, writtenAt: 1 });
    const mark = (bytes: number) => empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
    await put('a', 'complete.json', mark(100_000));
    expect(await readFile('models', 'a')).toBeDefined();
    await put('a', 'complete.json', mark(100_001));
    expect(await readFile('models', 'a')).toBeUndefined();
  });

  test('says which file has lost something, and what it was', async () => {
    await writeFile('models', 'a', noise(PART_BYTES + 3), { title: 'Weights' });
    await (await folderOf('a')).removeEntry('1');
    const lost = { area: 'models', name: 'a', complete: false, damaged: true, facts: { title: 'Weights' } };
    expect(await listFiles('models')).toEqual([{ ...lost, bytes: PART_BYTES }]);
    expect([await readFile('models', 'a'), await readFileFacts('models', 'a')]).toEqual([undefined, undefined]);
    // A folder in the place of a part.
    await (await folderOf('a')).removeEntry('0');
    await (await folderOf('a')).getDirectoryHandle('0', { create: true });
    expect(await listFiles('models')).toEqual([{ ...lost, bytes: 0 }]);
  });
});

test('files are listed by size, of one area, without what is no file of this module', async () => {
  for (const [name, size] of [
    ['one', 1],
    ['three', 3],
    ['two', 2],
  ] as const)
    await writeFile('models', name, new Uint8Array(size));
  await writeFile('adapters', 'other', Uint8Array.of(1));
  const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
  await models.getFileHandle('loose', { create: true });
  expect((await listFiles('models')).map(({ name }) => name)).toEqual(['three', 'two', 'one']);
  expect(await listFiles('checkpoints')).toEqual([]);
  expect([await readFile('models', 'loose'), await storedBytes('models', 'loose')]).toEqual([undefined, 0]);
});

test('what is not there is absent, and may be deleted', async () => {
  expect([await readFile('models', 'a'), await readFileFacts('models', 'a'), await storedBytes('models', 'a')]).toEqual(
    [undefined, undefined, 0],
  );
  await deleteFile('models', 'a');
  await writeFile('models', 'a', Uint8Array.of(1));
  await deleteFile('models', 'a');
  expect(await listFiles('models')).toEqual([]);
});

test('names hold what every file system allows', () => {
  expect(safeName('a-B_9.x')).toBe('a-B_9.x');
  expect(safeName('../ä b:c')).toBe('..___b_c');
  expect(safeName(`${'x'.repeat(199)}yz`)).toBe(`${'x'.repeat(199)}y`);
});

describe('a file system that fails', () => {
  const broken = new DOMException('broken', 'DataError');
  const foreign = Object.assign(new Error('absent'), { name: 'NotFoundError' });

  test.each([
    ['readFile', 'getDirectoryHandle', () => readFile('models', 'a')],
    ['readFile', 'getFileHandle', () => readFile('models', 'a')],
    ['readFileFacts', 'getFileHandle', () => readFileFacts('models', 'a')],
    ['storedBytes', 'getFileHandle', () => storedBytes('models', 'a')],
    ['listFiles', 'getFileHandle', () => listFiles('models')],
    ['listFiles', 'getDirectoryHandle', () => listFiles('models')],
    ['openFileWriter', 'getDirectoryHandle', () => openFileWriter('models', 'a')],
    ['openFileWriter', 'getFileHandle', () => openFileWriter('models', 'a')],
    ['deleteFile', 'removeEntry', () => deleteFile('models', 'a')],
    ['writeFile', 'removeEntry', () => writeFile('models', 'a', Uint8Array.of(1))],
  ] as const)('%s says so: %s', async (_, method, call) => {
    await writeFile('models', 'a', Uint8Array.of(1));
    for (const fault of [broken, foreign]) {
      vi.spyOn(FileSystemDirectoryHandle.prototype, method).mockRejectedValue(fault);
      await expect(call()).rejects.toBe(fault);
      vi.restoreAllMocks();
    }
    expect((await readFile('models', 'a'))?.size).toBe(1);
  });

  test('a file that another tab deletes while it is listed is left out, and nothing else', async () => {
    await writeFile('models', 'a', Uint8Array.of(1));
    await writeFile('models', 'b', Uint8Array.of(1, 2));
    const text = vi.spyOn(Blob.prototype, 'text');
    text.mockRejectedValueOnce(new DOMException('gone', 'NotFoundError'));
    expect(await listFiles('models')).toHaveLength(1);
    text.mockRejectedValueOnce(new DOMException('odd', 'NotReadableError'));
    await expect(listFiles('models')).rejects.toMatchObject({ name: 'NotReadableError' });
    text.mockRejectedValueOnce(foreign);
    await expect(listFiles('models')).rejects.toBe(foreign);
  });
});

describe('where files cannot be kept', () => {
  const refused = new DOMException('private', 'SecurityError');
  const faults: Record<string, () => void> = {
    'the browser refuses': () => vi.spyOn(navigator.storage, 'getDirectory').mockRejectedValue(refused),
    'there is no file system': () =>
      vi.spyOn(navigator, 'storage', 'get').mockReturnValue({} as unknown as StorageManager),
    'pages may not write': () => vi.stubGlobal('FileSystemFileHandle', class {}),
    'there are no handles': () => vi.stubGlobal('FileSystemFileHandle', undefined),
  };

  test.each(Object.keys(faults))('as %s: it is said, and there is nothing', async (name) => {
    expect(await fileObstacle()).toBeUndefined();
    await writeFile('models', 'a', Uint8Array.of(1));
    faults[name]?.();
    expect(await fileObstacle()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    if (name === 'the browser refuses') expect((await fileObstacle())?.cause).toBe(refused);
    await expect(openFileWriter('models', 'a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([await readFile('models', 'a'), await listFiles('models')]).toEqual([undefined, []]);
    await deleteFile('models', 'a');
  });
});

test('the store of an area is these functions', async () => {
  const area: FileArea = 'adapters';
  const store = fileStore(area);
  const writer = await store.open('a');
  await writer.write(Uint8Array.of(1, 2));
  expect(await store.read('a')).toBeUndefined();
  await writer.finish({ title: 'A' });
  const read = await store.read('a');
  expect([await bytesOf(read?.blob), read?.facts]).toEqual([Uint8Array.of(1, 2), { title: 'A' }]);
  expect([await store.sizeOf('a'), (await listFiles(area)).length]).toEqual([2, 1]);
  await store.remove('a');
  expect([await store.read('a'), await store.sizeOf('a')]).toEqual([undefined, 0]);
  await store.requireSpace(1);
  vi.spyOn(navigator.storage, 'persist').mockResolvedValue(true);
  expect(await store.persist()).toBe(true);
});
