// Promises of IndexedDB's events, for what is stored beneath or beside Dexie.

/** What a request comes to. */
export function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Changes one table. Resolves when that is stored: a request that succeeded is taken back when there is no room in the end. */
export function changeTable(
  database: IDBDatabase,
  table: string,
  change: (store: IDBObjectStore) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(table, 'readwrite');
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('It was taken back.', 'AbortError'));
    change(transaction.objectStore(table));
  });
}
