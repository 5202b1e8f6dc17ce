// Writes everything that this browser keeps as one archive (`format.ts`), entry after entry into a stream: no more than a part of a
// file is in memory. What is damaged is told and does not end it.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { configure, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { settled } from '../../lib/indexedDb.ts';
import { hasBlocks, withBlocks } from '../blockDatabase.ts';
import { database } from '../database.ts';
import { type FileArea, listFiles, readFile, type StoredFile, safeName } from '../files.ts';
import { isOwnSetting, recordFault, recordKey, type TableName, tableNames } from '../recordSchemas.ts';
import { sealKeys } from '../sealKeys.ts';
import { FORMAT, filePath, KEYS, MANIFEST, type Manifest, type ManifestEntry, tablePath, VERSION } from './format.ts';
import { type TaggedFile, toTagged } from './taggedJson.ts';

configure({ useWebWorkers: false });

const BURNER = 'burnerKey';
const BATCH = 200;
/** From here on a zip needs its 64-bit form. */
const LARGE = 2 ** 31;

export interface CopyProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface WriteSafetyCopyParameters {
  /** Takes the archive; closed at the end, aborted on failure. */
  readonly target: WritableStream<Uint8Array>;
  /** Encrypts the private keys. */
  readonly password: string;
  /** Models too: they can be fetched again, and are large. */
  readonly models: boolean;
  /** A private key as it is signed with, of one as it is stored. Throws `KEYS_LOCKED`. */
  openKey(stored: string): Promise<string>;
  onProgress?(progress: CopyProgress): void;
  readonly signal?: AbortSignal;
}

/** Something that could not go into the copy as it should have. */
export interface LeftOut {
  readonly kind: TableName | FileArea | 'blocks' | 'keys';
  readonly name: string;
}

export interface WrittenCopy {
  readonly records: number;
  readonly files: number;
  readonly blocks: number;
  readonly keys: number;
  readonly leftOut: readonly LeftOut[];
}

/** Bytes of what a copy would hold, models apart. */
export async function safetyCopySize(): Promise<{ readonly bytes: number; readonly modelBytes: number }> {
  const sum = (files: readonly StoredFile[]): number =>
    files.reduce((total, file) => total + (file.complete ? file.bytes : 0), 0);
  const [models, adapters, checkpoints] = await Promise.all([
    listFiles('models'),
    listFiles('adapters'),
    listFiles('checkpoints'),
  ]);
  return { bytes: sum(adapters) + sum(checkpoints), modelBytes: sum(models) };
}

/** Beneath Dexie. */
async function openedDatabase(): Promise<IDBDatabase> {
  await database().open();
  return database().backendDB();
}

/** As `ReadableStream.from`, which not every browser has. */
function streamFrom(chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

/**
 * All records of a table by key, damaged ones too, which Dexie's reads leave out. A few at a time: a table may be larger than memory
 * allows.
 */
async function* recordsOf(table: TableName): AsyncGenerator<unknown> {
  const stored = await openedDatabase();
  let last: string | undefined;
  for (;;) {
    const range = last === undefined ? undefined : IDBKeyRange.lowerBound(last, true);
    const batch: unknown[] = await settled(stored.transaction(table).objectStore(table).getAll(range, BATCH));
    yield* batch;
    if (batch.length < BATCH) return;
    last = recordKey(table, batch.at(-1));
  }
}

interface OpenedKeys {
  /** Every private key by name, open: `burnerKey`, and `session/<id>` with the record of the session. */
  readonly keys: Readonly<Record<string, string>>;
  /** Names of those whose record is damaged: as they are they may hold an open key, so they are in no copy. */
  readonly damaged: readonly string[];
}

async function openedKeys(openKey: (stored: string) => Promise<string>): Promise<OpenedKeys> {
  const { settings, sessions } = database();
  const keys: Record<string, string> = {};
  const burner = await settings.get(BURNER);
  if (burner !== undefined) keys[BURNER] = await openKey(String(burner.value));
  for (const session of await sessions.toArray()) {
    const opened = { ...session, privateKey: await openKey(session.privateKey) };
    keys[`session/${session.id}`] = JSON.stringify(toTagged(opened, () => 0));
  }
  const present = [
    ...(await settings.where('key').equals(BURNER).primaryKeys()),
    ...(await sessions.toCollection().primaryKeys()).map((id) => `session/${id}`),
  ];
  return { keys, damaged: present.filter((name) => !(name in keys)) };
}

/** Whether there are private keys, which a copy takes a password for. */
export async function hasPrivateKeys(): Promise<boolean> {
  const { keys } = await openedKeys(async (stored) => stored);
  return Object.keys(keys).length > 0;
}

/**
 * Throws `KEYS_PASSWORD_SHORT` and `KEYS_LOCKED` before anything is written, what the target throws, and the reason of `signal`.
 */
export async function writeSafetyCopy(parameters: WriteSafetyCopyParameters): Promise<WrittenCopy> {
  const { target, password, models, openKey, onProgress, signal } = parameters;
  try {
    const { keys, damaged: damagedKeys } = await openedKeys(openKey);
    const sealed =
      Object.keys(keys).length === 0 ? undefined : await sealKeys({ keys, secret: { kind: 'password', password } });
    const areas: FileArea[] = models ? ['adapters', 'checkpoints', 'models'] : ['adapters', 'checkpoints'];
    const files = (await Promise.all(areas.map(listFiles))).flat();
    const totalBytes = files.reduce((total, file) => total + file.bytes, 0);

    // Not packed: what repeats itself would look like a bomb to the reader, and files are dense already.
    const zip = new ZipWriter(target, { level: 0, extendedTimestamp: false });
    const entries: ManifestEntry[] = [];
    const leftOut: LeftOut[] = damagedKeys.map((name) => ({ kind: 'keys', name }));
    const blobs: TaggedFile[] = [];
    const damaged = new Map<TableName, string[]>();
    const counts = { records: 0, files: 0, blocks: 0 };
    let doneBytes = 0;

    async function add(
      path: string,
      content: ReadableStream<Uint8Array<ArrayBuffer>>,
      options: {
        readonly zip64?: boolean;
        readonly facts?: Readonly<Record<string, string>>;
      } = {},
    ): Promise<void> {
      const { facts, ...form } = options;
      const hash = hasher.create();
      let bytes = 0;
      const counted = content.pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(chunk, controller) {
            signal?.throwIfAborted();
            hash.update(chunk);
            bytes += chunk.byteLength;
            if (path.startsWith('files/')) {
              doneBytes += chunk.byteLength;
              onProgress?.({ doneBytes, totalBytes });
            }
            controller.enqueue(chunk);
          },
        }),
      );
      await zip.add(path, counted, form);
      entries.push({ path, bytes, sha256: bytesToHex(hash.digest()), ...(facts === undefined ? {} : { facts }) });
    }

    const streamOf = (part: BlobPart): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob([part]).stream();

    /** SHA-256 by path. */
    const kept = new Map<string, string>();
    for (const file of files) {
      signal?.throwIfAborted();
      const blob = file.complete ? await readFile(file.area, file.name) : undefined;
      if (blob === undefined) {
        // What a download has of a model is no model, and nothing is lost with it.
        if (file.damaged === true) leftOut.push({ kind: file.area, name: file.name });
        continue;
      }
      await add(filePath(file.area, file.name), blob.stream(), {
        zip64: blob.size > LARGE,
        facts: file.facts,
      });
      kept.set(filePath(file.area, file.name), entries.at(-1)?.sha256 ?? '');
      counts.files += 1;
    }

    async function* linesOf(table: TableName): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for await (const record of recordsOf(table)) {
        signal?.throwIfAborted();
        const name = recordKey(table, record);
        if (table === 'settings' && isOwnSetting(name)) continue;
        let isWhole =
          recordFault(table, record) === undefined &&
          // An adapter that is listed is whole.
          (table !== 'adapters' ||
            (record as { files: readonly { name: string; sha256: string }[] }).files.every(
              (file) => kept.get(filePath('adapters', safeName(`${name}--${file.name}`))) === file.sha256,
            ));
        let line: string;
        try {
          line = `${JSON.stringify(toTagged(record, (file) => blobs.push(file) - 1))}\n`;
        } catch (cause) {
          if (!(cause instanceof TributaryError)) throw cause;
          isWhole = false;
          line = '{}\n';
        }
        if (isWhole) {
          counts.records += 1;
          yield new TextEncoder().encode(line);
        } else {
          leftOut.push({ kind: table, name: String(name) });
          damaged.set(table, [...(damaged.get(table) ?? []), line]);
        }
      }
    }

    for (const table of tableNames) {
      if (table === 'models' && !models) continue;
      await add(tablePath(table), streamFrom(linesOf(table)));
    }
    for (const [table, lines] of damaged) await add(`damaged/${table}.jsonl`, streamOf(lines.join('')));
    for (const [index, file] of blobs.entries()) await add(`blobs/${index}`, streamOf(file));
    if (await hasBlocks()) {
      await withBlocks(async (blocks) => {
        for (const key of await blocks.keys()) {
          signal?.throwIfAborted();
          const bytes = await blocks.get(key);
          if (bytes instanceof Uint8Array && bytes.byteLength > 0) {
            await add(`blocks/${key}`, streamOf(bytes as Uint8Array<ArrayBuffer>));
            counts.blocks += 1;
          } else if (!(bytes instanceof Uint8Array)) leftOut.push({ kind: 'blocks', name: key });
        }
      });
    }
    if (sealed !== undefined) await add(KEYS, streamOf(JSON.stringify(sealed)));
    const manifest: Manifest = { format: FORMAT, version: VERSION, createdAt: Date.now(), entries };
    await zip.add(MANIFEST, streamOf(JSON.stringify(manifest)));
    await zip.close();
    return { ...counts, keys: Object.keys(keys).length, leftOut };
  } catch (error) {
    // The target keeps nothing of a copy that is not whole; it may be broken already.
    await target.abort(error).catch(() => undefined);
    throw error;
  }
}
