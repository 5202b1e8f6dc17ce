// The blocks that the peers' node keeps, as its own store lays them out (`blockstore-idb`): one table of the database's name,
// bytes by `/` and the multihash in base32 upper case. For safety copies, which must not start a node.
const NAME = 'tributary-blocks';

/** What a request of IndexedDB comes to. */
export function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

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
  const table = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(NAME, mode).objectStore(NAME);
  try {
    return await work({
      keys: async () => (await settled(table('readonly').getAllKeys())).map((key) => String(key).slice(1)),
      get: (key) => settled(table('readonly').get(`/${key}`)),
      has: async (key) => (await settled(table('readonly').getKey(`/${key}`))) !== undefined,
      put: async (key, bytes) => void (await settled(table('readwrite').put(bytes, `/${key}`))),
      delete: (key) => settled(table('readwrite').delete(`/${key}`)),
    });
  } finally {
    database.close();
  }
}

/** Whether a node has ever run here. */
export async function hasBlocks(): Promise<boolean> {
  return (await indexedDB.databases()).some(({ name }) => name === NAME);
}
