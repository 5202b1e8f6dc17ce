// `StateStore` in one LevelDB per folder. Earlier versions stored one file per key there, which needed as many open files as there
// were records: they are moved in when the folder is opened.
import { mkdir, opendir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { NextToLast } from 'blockstore-fs/sharding';
import { LevelDatastore } from 'datastore-level';
import { CID } from 'multiformats/cid';
import { TributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import type { StateStore } from './stateStore.ts';

const OLD_SUFFIX = '.state';

/** Opens a LevelDB. Throws `FOLDER_IN_USE` when another process, or this one, has it open. */
export async function openLevel(folder: string): Promise<LevelDatastore> {
  const database = new LevelDatastore(folder);
  try {
    // Opened by itself first, since the datastore's own error drops what the matter is.
    await database.db.open({ createIfMissing: true, compression: false });
    await database.open();
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.cause as { readonly code?: unknown } | undefined) : undefined;
    if (reason?.code !== 'LEVEL_LOCKED') throw cause;
    throw new TributaryError({
      code: 'FOLDER_IN_USE',
      message: 'Another program uses this folder.',
      facts: { folder },
      hint: 'Stop the other one, or give this one a folder of its own.',
      cause,
    });
  }
  return database;
}

/** Key and value of a file of earlier versions: the length of the key (four bytes, big-endian), the key, the value. */
async function readOldFile(file: string): Promise<readonly [string, Uint8Array] | undefined> {
  const bytes = new Uint8Array(await readFile(file));
  if (bytes.byteLength < 4) return undefined;
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return end > bytes.byteLength ? undefined : [new TextDecoder().decode(bytes.subarray(4, end)), bytes.slice(end)];
}

/** Moves the files of earlier versions into the database, one after another, so that a kill in between loses nothing. */
async function moveOldFiles(folder: string, { db }: LevelDatastore): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (name.endsWith(OLD_SUFFIX)) {
      const entry = await readOldFile(file);
      if (entry !== undefined && (await db.get(entry[0])) === undefined) await db.put(entry[0], entry[1]);
    }
    // What a kill left half-written was never the value of a key.
    if (name.endsWith(OLD_SUFFIX) || name.endsWith('.new')) await rm(file, { force: true });
  }
}

/** The state in `folder`, which is made if need be. Throws `FOLDER_IN_USE`, and what the file system throws. */
export async function openFileState(folder: string): Promise<StateStore> {
  await mkdir(folder, { recursive: true });
  const database = await openLevel(folder);
  try {
    await moveOldFiles(folder, database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { db } = database;
  let reopening: Promise<void> | undefined;
  /** LevelDB refuses every write after one that found the disk full, until it is opened again. */
  async function write(operation: () => Promise<void>): Promise<void> {
    try {
      await operation();
    } catch (error) {
      if (closed) throw error;
      reopening ??= db
        .close()
        .then(() => db.open())
        .finally(() => {
          reopening = undefined;
        });
      await reopening.catch(() => undefined); // the operation fails again, and says so
      await operation();
    }
  }
  let closed = false;
  return {
    async entries() {
      const entries: (readonly [string, Uint8Array])[] = [];
      for await (const [key, value] of db.iterator()) entries.push([key, new Uint8Array(value)]);
      return entries;
    },
    put: (key, value) => write(() => db.put(key, value)),
    delete: (key) => write(() => db.del(key)),
    async close() {
      closed = true;
      await database.close();
    },
  };
}

/** Deletes what a kill left half-written in a folder of blocks. */
export async function removeHalfWritten(folder: string): Promise<void> {
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile() && entry.name.endsWith('.tmp'))
      await rm(path.join(entry.parentPath, entry.name), { force: true });
  }
}

/** Deletes every block of a folder of blocks whose hash is not that of one of `kept`. */
export async function deleteOtherBlocks(folder: string, kept: Iterable<Cid>): Promise<void> {
  const names = new NextToLast();
  const files = new Set([...kept].map((each) => names.encode(CID.parse(each)).file));
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile() && entry.name.endsWith(names.extension) && !files.has(entry.name))
      await rm(path.join(entry.parentPath, entry.name), { force: true });
  }
}
