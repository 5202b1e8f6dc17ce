// Reads and checks a safety copy from a file that may be anything: every path, size, hash and record, before the first byte is kept.
// Also reads the JSON document of earlier versions.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { BlobReader, configure, type FileEntry, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js';
import * as v from 'valibot';
import { bytesToHex } from '../../lib/bytes.ts';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import type { FileArea } from '../files.ts';
import { recordFault, recordKey, type TableName, tableNames } from '../recordSchemas.ts';
import { parseSealedKeys, type SealedKeys } from '../sealKeys.ts';
import {
  invalid,
  isEntryPath,
  KEYS,
  limits,
  MANIFEST,
  type Manifest,
  type ManifestEntry,
  manifestSchema,
  tablePath,
  VERSION,
} from './format.ts';
import { fromTagged } from './taggedJson.ts';
import type { CopyProgress } from './writeSafetyCopy.ts';

configure({ useWebWorkers: false });

/** A file or block of the archive. Its bytes are checked while they are read. */
export interface CopiedBytes {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Fails with `STORE_EXPORT_INVALID` at its end when they are not the ones that the manifest names. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

export interface SafetyCopy {
  /** Milliseconds since 1970; undefined in the JSON of earlier versions that do not say. */
  readonly createdAt: number | undefined;
  readonly records: ReadonlyMap<TableName, readonly unknown[]>;
  readonly files: readonly (CopiedBytes & { readonly area: FileArea })[];
  readonly blocks: readonly CopiedBytes[];
  readonly keys: SealedKeys | undefined;
  /** Records that were damaged already when the copy was made. */
  readonly damagedRecords: number;
}

/** The version that wrote a table may have had other fields: what each step makes of its records, from version 1 on. */
type Migration = (table: TableName, records: readonly unknown[]) => readonly unknown[];
const unchanged: Migration = (_table, records) => records;
const migrations: readonly Migration[] = [
  // Version 1 is the JSON document of before; its records have the fields of version 2, and those the fields of version 3.
  unchanged,
  unchanged,
  // Its vouchers do not say who signed them: the contract of now takes none of them.
  (table, records) => (table === 'vouchers' ? [] : records),
];

function migrated(table: TableName, records: readonly unknown[], version: number): readonly unknown[] {
  return migrations.slice(version - 1).reduce((current, migrate) => migrate(table, current), records);
}

function requireKnown(version: number): void {
  if (version <= VERSION) return;
  throw new TributaryError({
    code: 'STORE_EXPORT_NEWER',
    message: 'This safety copy was written by a newer version of Tributary.',
    facts: { version, known: VERSION },
    hint: 'Open it with that version, or reload this page to get the newest one. Nothing was imported.',
  });
}

function checked(table: TableName, records: readonly unknown[], place: string): readonly unknown[] {
  const seen = new Set<string>();
  records.forEach((record, index) => {
    const fault = recordFault(table, record);
    if (fault !== undefined) throw invalid(`the field ${fault} has the wrong form`, `${place}, record ${index + 1}`);
    const key = recordKey(table, record);
    if (seen.has(key)) throw invalid('a record stands there twice', `${place}, record ${index + 1}`);
    seen.add(key);
  });
  return records;
}

/** The JSON document of earlier versions. */
async function readDocument(blob: Blob): Promise<SafetyCopy> {
  if (blob.size > limits.recordBytes) throw invalid('neither an archive nor a small document');
  let document: unknown;
  try {
    document = fromTagged(JSON.parse(await blob.text()), () => {
      throw invalid('no such file', 'blobs');
    });
  } catch (cause) {
    throw invalid('neither an archive nor JSON', '', cause);
  }
  const shape = v.object({
    format: v.literal('tributary-export'),
    version: v.number(),
    exportedAt: v.optional(v.string()),
    tables: v.record(v.string(), v.unknown()),
  });
  const parsed = v.safeParse(shape, document);
  if (!parsed.success) throw invalid('wrong format', v.getDotPath(parsed.issues[0]) ?? '');
  const { version, exportedAt, tables } = parsed.output;
  requireKnown(version);
  if (version !== 1) throw invalid('wrong version', 'version');
  const records = new Map<TableName, readonly unknown[]>();
  for (const [name, rows] of Object.entries(tables)) {
    const table = tableNames.find((known) => known === name);
    if (table === undefined) throw invalid('there is no such table', name);
    if (!Array.isArray(rows)) throw invalid('a table is a list', name);
    records.set(table, checked(table, migrated(table, rows, 1), name));
  }
  const time = Date.parse(exportedAt ?? '');
  return {
    createdAt: Number.isNaN(time) ? undefined : time,
    records,
    files: [],
    blocks: [],
    keys: undefined,
    damagedRecords: 0,
  };
}

async function listEntries(blob: Blob): Promise<ReadonlyMap<string, FileEntry>> {
  const entries = new Map<string, FileEntry>();
  let unpacked = 0;
  const reader = new ZipReader(new BlobReader(blob), { strictness: 'strict' });
  for await (const entry of reader.getEntriesGenerator()) {
    const place = entry.filename.slice(0, 200);
    if (entry.directory || entry.encrypted) throw invalid('a folder or an encrypted entry', place);
    if (!isEntryPath(entry.filename)) throw invalid('an entry of this name does not belong here', place);
    if (entries.has(entry.filename)) throw invalid('an entry stands there twice', place);
    if (entries.size >= limits.entries) throw invalid('too many entries');
    unpacked += entry.uncompressedSize;
    if (unpacked > limits.ratio * blob.size) throw invalid('it unpacks to far more than it holds', place);
    entries.set(entry.filename, entry);
  }
  await reader.close();
  return entries;
}

/** The unpacked bytes of an entry, at most as many as it says. */
function bytesOf(entry: FileEntry, maximum: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  let bytes = 0;
  const counted = readable.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > maximum) throw invalid('longer than it says', entry.filename);
        controller.enqueue(chunk);
      },
    }),
  );
  // A failure reaches the reader through the stream.
  entry.getData(writable, { checkCrc32: true }).catch((error: unknown) => writable.abort(error).catch(() => undefined));
  return failingInWords(counted, entry.filename);
}

/** The same stream; what the library of archives throws in it, long after the archive was opened, becomes `STORE_EXPORT_INVALID`. */
function failingInWords(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  place: string,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await reader.read();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        controller.error(
          error instanceof TributaryError || isAbort(error) ? error : invalid('its bytes were changed', place, error),
        );
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** As `bytesOf`, and the hash is compared at the end. */
function checkedBytes(
  entry: FileEntry,
  { path, bytes, sha256 }: ManifestEntry,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const hash = hasher.create();
  let seen = 0;
  return bytesOf(entry, bytes).pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        hash.update(chunk);
        seen += chunk.byteLength;
        controller.enqueue(chunk);
      },
      flush() {
        if (seen !== bytes || bytesToHex(hash.digest()) !== sha256) throw invalid('its bytes were changed', path);
      },
    }),
  );
}

/** All bytes of a stream. A `Response` would do, but replaces the reason why a stream failed. */
export async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  return new Blob(parts);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('not JSON', place, cause);
  }
}

async function readManifest(entries: ReadonlyMap<string, FileEntry>): Promise<Manifest> {
  const entry = entries.get(MANIFEST);
  if (entry === undefined) throw invalid('it has no manifest', MANIFEST);
  if (entry.uncompressedSize > limits.manifestBytes) throw invalid('too large', MANIFEST);
  const value = parseJson(await (await collect(bytesOf(entry, limits.manifestBytes))).text(), MANIFEST);
  const version = v.safeParse(v.looseObject({ version: v.pipe(v.number(), v.safeInteger()) }), value);
  if (version.success) requireKnown(version.output.version);
  const parsed = v.safeParse(manifestSchema, value);
  if (!parsed.success)
    throw invalid('the manifest has the wrong form', `${MANIFEST}, ${v.getDotPath(parsed.issues[0]) ?? ''}`);
  if (parsed.output.version < 2) throw invalid('wrong version', MANIFEST);
  const named = new Map(parsed.output.entries.map((each) => [each.path, each]));
  if (named.size !== parsed.output.entries.length) throw invalid('the manifest names an entry twice', MANIFEST);
  for (const [path, { uncompressedSize }] of entries) {
    if (path === MANIFEST) continue;
    if (named.get(path)?.bytes !== uncompressedSize)
      throw invalid('the manifest does not name it with this size', path);
  }
  for (const path of named.keys()) if (!entries.has(path)) throw invalid('an entry is missing', path);
  return parsed.output;
}

interface ReadSafetyCopyOptions {
  onProgress?(progress: CopyProgress): void;
  readonly signal?: AbortSignal;
}

async function readArchive(blob: Blob, { onProgress, signal }: ReadSafetyCopyOptions): Promise<SafetyCopy> {
  const entries = await listEntries(blob);
  const manifest = await readManifest(entries);
  const sizeOf = (test: RegExp): number =>
    manifest.entries.reduce((total, { path, bytes }) => total + (test.test(path) ? bytes : 0), 0);
  if (sizeOf(/^(tables|damaged)\//) > limits.recordBytes) throw invalid('too many records', 'tables');
  if (sizeOf(/^blobs\//) > limits.blobBytes) throw invalid('too large', 'blobs');
  if (sizeOf(/^keys\.json$/) > limits.keyBytes) throw invalid('too large', KEYS);
  const totalBytes = sizeOf(/^(tables|damaged|blobs)\//);
  let doneBytes = 0;

  async function contentOf(entry: ManifestEntry): Promise<Blob> {
    signal?.throwIfAborted();
    const source = entries.get(entry.path);
    if (source === undefined) throw invalid('an entry is missing', entry.path);
    const content = await collect(checkedBytes(source, entry));
    doneBytes += entry.bytes;
    onProgress?.({ doneBytes, totalBytes });
    return content;
  }

  const blobs = new Map<unknown, Uint8Array<ArrayBuffer>>();
  for (const entry of manifest.entries) {
    const [, index] = /^blobs\/(\d+)$/.exec(entry.path) ?? [];
    if (index !== undefined) blobs.set(Number(index), new Uint8Array(await (await contentOf(entry)).arrayBuffer()));
  }
  const blobOf = (index: unknown): Uint8Array<ArrayBuffer> => {
    const bytes = blobs.get(index);
    if (bytes === undefined) throw invalid('no such file', 'blobs');
    return bytes;
  };

  const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
  const records = new Map<TableName, readonly unknown[]>();
  let damagedRecords = 0;
  let keys: SealedKeys | undefined;
  for (const entry of manifest.entries) {
    const [kind, name] = entry.path.split('/');
    if (kind === 'damaged') damagedRecords += linesOf(await (await contentOf(entry)).text()).length;
    if (entry.path === KEYS) keys = parseSealedKeys(parseJson(await (await contentOf(entry)).text(), KEYS));
    if (kind !== 'tables') continue;
    const table = tableNames.find((known) => tablePath(known) === entry.path);
    if (table === undefined) throw invalid('there is no such table', name);
    const rows = linesOf(await (await contentOf(entry)).text()).map((line, index) => {
      const place = `${entry.path}, record ${index + 1}`;
      const value = parseJson(line, place);
      try {
        return fromTagged(value, blobOf);
      } catch (cause) {
        throw invalid('a value has the wrong form', place, cause);
      }
    });
    records.set(table, checked(table, migrated(table, rows, manifest.version), entry.path));
  }

  const copied = (prefix: string): (CopiedBytes & { readonly area: string })[] =>
    manifest.entries
      .filter(({ path }) => path.startsWith(prefix))
      .map((entry) => ({
        area: entry.path.split('/')[1] ?? '',
        name: entry.path.split('/').at(-1) ?? '',
        bytes: entry.bytes,
        sha256: entry.sha256,
        facts: entry.facts ?? {},
        stream: () => checkedBytes(entries.get(entry.path) as FileEntry, entry),
      }));
  const blocks = copied('blocks/');
  const long = blocks.find(({ bytes }) => bytes > limits.blockBytes);
  if (long !== undefined) throw invalid('too large', `blocks/${long.name}`);
  return {
    createdAt: manifest.createdAt,
    records,
    files: copied('files/') as (CopiedBytes & { readonly area: FileArea })[],
    blocks,
    keys,
    damagedRecords,
  };
}

/**
 * Throws `STORE_EXPORT_INVALID` for a file that is not one, or was changed, with the place; `STORE_EXPORT_NEWER`, `KEYS_SEAL_INVALID`,
 * and the reason of `signal`. Files and blocks are checked when they are read.
 */
export async function readSafetyCopy(blob: Blob, options: ReadSafetyCopyOptions = {}): Promise<SafetyCopy> {
  const begin = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  const isArchive = begin[0] === 0x50 && begin[1] === 0x4b;
  try {
    return await (isArchive ? readArchive(blob, options) : readDocument(blob));
  } catch (error) {
    if (error instanceof TributaryError || isAbort(error)) throw error;
    options.signal?.throwIfAborted();
    throw invalid('the archive is damaged', '', error);
  }
}
