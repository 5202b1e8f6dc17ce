// Stages of an installation against storage in memory, whose parts are small: a crash anywhere, and what is left then. The real
// storage, network and tabs are in `library.browser.test.ts`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { crash, memoryFileStore } from '../testing/memoryFileStore.ts';
import { installModel } from './installModel.ts';
import type { InstallRecord } from './installRecord.ts';
import type { InstallProgress, Journal } from './ports.ts';
import { sourceDigest } from './sourceDigest.ts';
import { storedNames } from './storedNames.ts';

const { packed: packedName } = await storedNames('tiny');

const folder = path.join(import.meta.dirname, '../../../test/golden/engine/tiny-llama');
async function world() {
  const names = ['config.json', 'model.safetensors'];
  const blobs = await Promise.all(names.map(async (name) => new Blob([await readFile(path.join(folder, name))])));
  let record: InstallRecord | undefined = {
    id: 'tiny',
    name: 'Tiny',
    source: { kind: 'files', name: 'tiny' },
    format: '',
    packing: { weights: 'f16', embedding: 'q8_0', head: 'q8_0' },
    files: names.map((name, index) => ({ name, bytes: blobs[index]?.size ?? 0 })),
    createdAt: 1,
    stage: 'downloading',
    doneBytes: 0,
    expectedBytes: 1,
    paused: true,
    failure: null,
  };
  const journal: Journal = {
    read: async () => record,
    update: async (_, change) => {
      if (record !== undefined) record = { ...record, ...change };
    },
  };
  const files = memoryFileStore(50_000);
  const install = (
    dropped = new Map(names.map((name, index) => [name, blobs[index] as Blob])),
    progress: InstallProgress[] = [],
  ) =>
    installModel({
      id: 'tiny',
      journal,
      files,
      access: { getBlock: () => Promise.reject(crash) },
      dropped,
      signal: new AbortController().signal,
      onProgress: (each) => progress.push(each),
    });
  const packed = (): Uint8Array => concatBytes(files.stored.get(packedName)?.parts ?? []);
  return { install, files, packed, record: () => record, forget: () => (record = undefined), blobs };
}

test('a model is packed, its identity is that of its source, and nothing but the packed file is left', async () => {
  const { install, files, record, packed, blobs } = await world();
  const progress: InstallProgress[] = [];
  const done = await install(undefined, progress);
  expect(done).toEqual(record());
  const hashes = await Promise.all(
    blobs.map(async (blob) => bytesToHex(sha256(new Uint8Array(await blob.arrayBuffer())))),
  );
  const [config = '', weights = ''] = hashes;
  expect(done).toMatchObject({
    stage: 'done',
    paused: false,
    packedBytes: packed().byteLength,
    sha256: await sourceDigest([
      { name: 'config.json', sha256: config },
      { name: 'model.safetensors', sha256: weights },
    ]),
  });
  expect([...files.stored.keys()]).toEqual([packedName]);
  expect(progress.at(0)?.phase).toBe('queued');
  expect(progress.at(-1)?.phase).toBe('ended');
  expect(progress.map(({ phase }) => phase)).toContain('packing');
});

test('a crash at any write of packing leaves nothing installed, and the next attempt ends in the same bytes', async () => {
  const clean = await world();
  await clean.install();
  const whole = bytesToHex(sha256(clean.packed()));
  const { install, files, packed, record } = await world();
  const goneOn: number[] = [];
  for (let write = 1; record()?.stage !== 'done'; write += 5) {
    files.failAtWrite = write;
    const before = record()?.packedUpTo?.tensors ?? 0;
    await install().catch((error: unknown) => expect(error).toMatchObject({ code: 'UNEXPECTED' }));
    const { stage, packedUpTo } = record() as InstallRecord;
    if (stage === 'done') break;
    expect(files.stored.get(packedName)?.facts).toBeUndefined();
    expect(packedUpTo?.tensors ?? 0).toBeGreaterThanOrEqual(before);
    goneOn.push(packedUpTo?.tensors ?? 0);
  }
  expect(bytesToHex(sha256(packed()))).toBe(whole);
  // It did go on, more than once, from further and further on.
  expect(new Set(goneOn).size).toBeGreaterThan(3);
});

test('parts that vanished are not gone on from', async () => {
  const clean = await world();
  await clean.install();
  const { install, files, packed, record } = await world();
  files.failAtWrite = 25;
  await expect(install()).rejects.toMatchObject({ code: 'UNEXPECTED' });
  expect(record()?.packedUpTo?.tensors).toBeGreaterThan(0);
  files.failAtWrite = Number.POSITIVE_INFINITY;
  files.stored.clear();
  await install();
  expect(bytesToHex(sha256(packed()))).toBe(bytesToHex(sha256(clean.packed())));
});

test('other files than those that were dropped before are not packed with them', async () => {
  const { install, record, blobs, files } = await world();
  files.failAtWrite = 25;
  await expect(install()).rejects.toThrow();
  files.failAtWrite = Number.POSITIVE_INFINITY;
  const [config, weights] = blobs as [Blob, Blob];
  const bytes = new Uint8Array(await weights.arrayBuffer());
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const other = new Map([
    ['config.json', config],
    ['model.safetensors', new Blob([bytes])],
  ]);
  await expect(install(other)).rejects.toMatchObject({
    code: 'MODEL_FILE_DAMAGED',
    facts: { file: 'model.safetensors' },
  });
  await expect(install(new Map())).rejects.toMatchObject({ code: 'MODEL_FILES_GONE', facts: { file: 'config.json' } });
  expect(record()).toMatchObject({ stage: 'packing', failure: { code: 'MODEL_FILES_GONE' } });
});

test('a model that was deleted meanwhile is not installed', async () => {
  const { install, forget } = await world();
  forget();
  await expect(install()).rejects.toMatchObject({ code: 'MODEL_NOT_LISTED' });
});
