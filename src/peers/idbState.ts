// `StateStore` on IndexedDB, shared by all tabs of the page: any tab may send an announcement that another has queued.
import { ownBytes } from '../lib/bytes.ts';
import type { StateStore } from './stateStore.ts';

const TABLE = 'state';

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function openIdbState(name: string): Promise<StateStore> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  const table = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(TABLE, mode).objectStore(TABLE);
  return {
    async entries() {
      const store = table('readonly');
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
      return keys.map((key, index) => [String(key), values[index] as Uint8Array] as const);
    },
    async put(key, value) {
      await settled(table('readwrite').put(ownBytes(value), key));
    },
    async delete(key) {
      await settled(table('readwrite').delete(key));
    },
    async close() {
      database.close();
    },
  };
}
