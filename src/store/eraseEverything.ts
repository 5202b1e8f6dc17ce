// Erases all that this origin keeps, and looks whether it is gone. Meant for a page that has opened nothing: what is open elsewhere
// cannot be deleted, and is told.
import { database } from './database.ts';

export interface Leftover {
  readonly kind: 'database' | 'files' | 'cache' | 'serviceWorker' | 'settings';
  readonly name: string;
}

/** How long another tab may take to close its database once it is told. */
const PATIENCE_MILLISECONDS = 10_000;

async function databaseNames(): Promise<readonly string[]> {
  return (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
}

/** Resolves also when another tab does not let go: what is left is looked at in the end. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    const timer = setTimeout(resolve, PATIENCE_MILLISECONDS);
    request.onsuccess = request.onerror = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function fileRoot(): Promise<FileSystemDirectoryHandle | undefined> {
  // Private windows of some browsers have none.
  return navigator.storage?.getDirectory?.().catch(() => undefined);
}

async function fileNames(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of (await fileRoot())?.keys() ?? []) names.push(name);
  return names;
}

const cacheNames = async (): Promise<readonly string[]> => ('caches' in globalThis ? caches.keys() : []);

async function workers(): Promise<readonly ServiceWorkerRegistration[]> {
  return (await navigator.serviceWorker?.getRegistrations()) ?? [];
}

const isStored = (storage: Storage): boolean => storage.length > 0;

async function leftovers(): Promise<readonly Leftover[]> {
  const named = (kind: Leftover['kind'], names: readonly string[]): readonly Leftover[] =>
    names.map((name) => ({ kind, name }));
  return [
    ...named('database', await databaseNames()),
    ...named('files', await fileNames()),
    ...named('cache', await cacheNames()),
    ...named(
      'serviceWorker',
      (await workers()).map(({ scope }) => scope),
    ),
    ...named('settings', [
      ...(isStored(localStorage) ? ['localStorage'] : []),
      ...(isStored(sessionStorage) ? ['sessionStorage'] : []),
    ]),
  ];
}

/** Each step is taken, whatever became of the one before; a reason why one failed shows in what is left. */
async function attempt(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // `leftovers` names it.
  }
}

/** Deletes every record, file, cache and key of this origin. There is no way back. Returns what could not be deleted. */
export async function eraseEverything(): Promise<readonly Leftover[]> {
  // Its own connection would be in the way.
  await attempt(() => database().close({ disableAutoOpen: false }));
  for (const worker of await workers()) await attempt(() => worker.unregister());
  for (const name of await cacheNames()) await attempt(() => caches.delete(name));
  const root = await fileRoot();
  for (const name of await fileNames()) await attempt(() => root?.removeEntry(name, { recursive: true }));
  await Promise.all((await databaseNames()).map(deleteDatabase));
  await attempt(() => localStorage.clear());
  await attempt(() => sessionStorage.clear());
  return leftovers();
}
