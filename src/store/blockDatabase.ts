// The blocks that the peers' node keeps, as its own store lays them out (`blockstore-idb`): one table of the database's name,
// bytes by `/` and the multihash in base32 upper case. For safety copies, which must not start a node.
import { changeTable, settled } from '../lib/indexedDb.ts';

const NAME = 'tributary-blocks';

export interface BlockDatabase {
  keys(): Promise<readonly string[]>;
  get(key: string): Promise<unknown>;
  has(key: string): Promise<boolean>;
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Hands `work` the blocks. Keys without the `/`. */
export async function withBlocks<Result>(work: (blocks: BlockDatabase) => Promise<Result>): Promise<Result> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(NAME);
  const database = await settled(opening);
  // Whoever erases everything must not wait for this.
  database.onversionchange = () => database.close();
  const table = (): IDBObjectStore => database.transaction(NAME).objectStore(NAME);
  try {
    return await work({
      keys: async () => (await settled(table().getAllKeys())).map((key) => String(key).slice(1)),
      get: (key) => settled(table().get(`/${key}`)),
      has: async (key) => (await settled(table().getKey(`/${key}`))) !== undefined,
      put: (key, bytes) => changeTable(database, NAME, (blocks) => blocks.put(bytes, `/${key}`)),
      delete: (key) => changeTable(database, NAME, (blocks) => blocks.delete(`/${key}`)),
    });
  } finally {
    database.close();
  }
}

/** Whether a node has ever run here. */
export async function hasBlocks(): Promise<boolean> {
  return (await indexedDB.databases()).some(({ name }) => name === NAME);
}
