import { IDBBlockstore } from 'blockstore-idb';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { expect, it } from 'vitest';
import { sha256 } from '../lib/hash.ts';
import { ExactBufferBlockstore } from './exactBufferBlockstore.ts';

/** Bytes of the buffer behind the stored value: what the block takes on disk. */
async function storedBytes(name: string): Promise<number> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const table = database.transaction(name).objectStore(name);
  const value = await new Promise<Uint8Array>((resolve, reject) => {
    const getting = table.openCursor();
    getting.onsuccess = () => resolve(getting.result?.value as Uint8Array);
    getting.onerror = () => reject(getting.error);
  });
  database.close();
  return value.buffer.byteLength;
}

const message = crypto.getRandomValues(new Uint8Array(60_000));
const block = message.subarray(1_000, 1_250);
const cid = CID.createV1(0x55, create(0x12, sha256(block)));

async function putInto(
  Store: typeof IDBBlockstore,
  name: string,
  value: Parameters<IDBBlockstore['put']>[1],
): Promise<number> {
  const store = new Store(name);
  await store.open();
  await store.put(cid, value);
  const parts: Uint8Array[] = [];
  for await (const part of store.get(cid)) parts.push(part);
  expect(parts).toEqual([block]);
  await store.close();
  const bytes = await storedBytes(name);
  await store.destroy();
  return bytes;
}

it('stores a view as its own bytes, where blockstore-idb stores the whole message behind it', async () => {
  expect(await putInto(ExactBufferBlockstore, 'owned-view', block)).toBe(250);
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield block.subarray(0, 100);
    yield block.subarray(100);
  }
  expect(await putInto(ExactBufferBlockstore, 'owned-parts', parts())).toBe(250);
  // When this fails, upstream copies by itself and the subclass can go.
  expect(await putInto(IDBBlockstore, 'stock-view', block)).toBe(60_000);
});
