import { decode, encode } from '@ipld/dag-cbor';
import { expect, it } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../test/support/datanet.ts';
import type { Cid } from '../lib/units.ts';
import { publishAdapter } from './publishAdapter.ts';
import { checkAdapter, readAdapter, readAdapterManifest } from './readAdapter.ts';

const weights = Uint8Array.from({ length: 5_000 }, (_, index) => index % 251);

async function published(index: Uint8Array | null = new Uint8Array([1, 2, 3]), bytes: Uint8Array = weights) {
  const store = createMemoryStore();
  const contribution = await store.put(encode('a contribution'), 'dag-cbor');
  const { cid, manifest } = await publishAdapter({
    name: 'elements',
    licence: 'Apache-2.0',
    base: { name: 'seedling', sha256: 'ab'.repeat(32) },
    config: { r: 8, lora_alpha: 16, target_modules: ['q_proj'], bias: null },
    weights: bytes,
    index,
    datanets: ['facts'],
    contributions: [contribution],
    training: { seed: 7, losses: [2.5, 1.25], learningRate: 0.001 },
    signer: createTestSigner(1),
    blocks: store,
    files: store,
    timestamp: 1_700_000_000_000,
  });
  return { store, cid, manifest };
}

it('publishes and reads back manifest, weights and index', async () => {
  const { store, cid, manifest } = await published();
  expect(cid).toBe('bafyreieyeszfouwixooops7oqb537tpb22sw4r5slul7jjcckwa2ehcw6a');
  expect(manifest.weights).toEqual({
    cid: 'bafkreidj3pxisoij7il5dprzpygao2itg37eebe4fhkagrt5hvfb7q5vue',
    bytes: 5_000,
    sha256: '69dbee893909fa17d1be397e0c07691336fe42049c29d403467d3d4a1fc3b5a1',
  });
  expect(await readAdapter({ cid, blocks: store, files: store, verify })).toEqual({
    cid,
    manifest,
    weights,
    index: new Uint8Array([1, 2, 3]),
  });
  const without = await published(null);
  expect(
    (await readAdapter({ cid: without.cid, blocks: without.store, files: without.store, verify })).index,
  ).toBeNull();
});

it('refuses a changed manifest and changed weights', async () => {
  const { store, cid, manifest } = await published();
  const document = decode(store.map.get(cid) as Uint8Array) as Record<string, unknown>;
  const renamed = await store.put(encode({ ...document, name: 'other' }), 'dag-cbor');
  await expect(readAdapterManifest({ cid: renamed, blocks: store, verify })).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
  });
  const unlinked = await store.put(encode({ ...document, weights: null }), 'dag-cbor');
  await expect(readAdapterManifest({ cid: unlinked, blocks: store, verify })).rejects.toMatchObject({
    code: 'DOCUMENT_INVALID',
    facts: { path: 'weights' },
  });
  const reading = { cid, blocks: store, files: store, verify };
  expect(await checkAdapter(reading)).toEqual(manifest);
  const { weights: file, index } = manifest;
  const other = (value: number, length: number) => new Uint8Array(length).fill(value);
  for (const [changed, bytes] of [
    [file, weights.slice().fill(0, 0, 9)],
    [file, weights.subarray(1)],
    [index, other(1, 3)],
  ] as const) {
    const kept = store.map.get(changed?.cid as Cid) as Uint8Array;
    store.map.set(changed?.cid as Cid, bytes);
    for (const read of [readAdapter, checkAdapter])
      await expect(read(reading)).rejects.toMatchObject({ code: 'ADAPTER_MISMATCH', facts: { file: changed?.cid } });
    store.map.set(changed?.cid as Cid, kept);
  }
});

it('refuses a manifest whose fields are nested without end', async () => {
  const { store, cid } = await published();
  const document = decode(store.map.get(cid) as Uint8Array) as Record<string, unknown>;
  let training: unknown = 0;
  for (let level = 0; level < 3_000; level += 1) training = [training];
  const deep = await store.put(encode({ ...document, training: { a: training } }), 'dag-cbor');
  await expect(readAdapterManifest({ cid: deep, blocks: store, verify: () => true })).rejects.toMatchObject({
    code: 'DOCUMENT_INVALID',
    cause: { code: 'CBOR_INVALID' },
  });
});

it('refuses to publish an empty file', async () => {
  await expect(published(null, new Uint8Array())).rejects.toMatchObject({
    code: 'ADAPTER_TOO_LARGE',
    facts: { bytes: 0 },
  });
});
