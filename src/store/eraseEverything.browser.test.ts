import { afterEach, expect, test } from 'vitest';
import { withBlocks } from './blockDatabase.ts';
import { database } from './database.ts';
import { eraseEverything } from './eraseEverything.ts';
import { writeFile } from './files.ts';

afterEach(async () => void (await eraseEverything()));

test('databases, files, caches and settings of this origin are gone, whatever state they are in', async () => {
  await database().chats.put({ id: 'c', title: '', modelId: 'm', createdAt: 1, updatedAt: 1 });
  await withBlocks((blocks) => blocks.put('BAA', Uint8Array.of(1)));
  await writeFile('adapters', 'a', Uint8Array.of(1));
  const root = await navigator.storage.getDirectory();
  const folder = await (await root.getDirectoryHandle('adapters')).getDirectoryHandle('a');
  await (await (await folder.getFileHandle('complete.json')).createWritable()).close();
  await root.getDirectoryHandle('folder-of-a-later-version', { create: true });
  await (await caches.open('transformers-cache')).put('/weights', new Response('x'));
  localStorage.setItem('theme', 'dark');
  sessionStorage.setItem('x', 'y');
  expect(await eraseEverything()).toEqual([]);
  expect(await indexedDB.databases()).toEqual([]);
  expect(await caches.keys()).toEqual([]);
  expect(localStorage.length + sessionStorage.length).toBe(0);
});

test('what another tab does not let go of is named', async () => {
  const stubborn = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open('tributary-peers', 1);
    opening.onsuccess = () => resolve(opening.result);
  });
  const root = await navigator.storage.getDirectory();
  const open = await (await root.getFileHandle('open', { create: true })).createWritable();
  const left = await eraseEverything();
  expect(left).toContainEqual({ kind: 'database', name: 'tributary-peers' });
  stubborn.close();
  await open.abort().catch(() => undefined);
  expect(await eraseEverything()).toEqual([]);
}, 60_000);
