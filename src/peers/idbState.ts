// `StateStore` on IndexedDB, shared by all tabs of the page: any tab may send an announcement that another has queued.
import { ownBytes } from '../lib/bytes.ts';
import { changeTable, settled } from '../lib/indexedDb.ts';
import type { StateStore } from './stateStore.ts';

const TABLE = 'state';

export async function openIdbState(name: string): Promise<StateStore> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  return {
    async entries() {
      const store = database.transaction(TABLE).objectStore(TABLE);
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
      return keys.map((key, index) => [String(key), values[index] as Uint8Array] as const);
    },
    put: (key, value) => changeTable(database, TABLE, (table) => table.put(ownBytes(value), key)),
    delete: (key) => changeTable(database, TABLE, (table) => table.delete(key)),
    async close() {
      database.close();
    },
  };
}
