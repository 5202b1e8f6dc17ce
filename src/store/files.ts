// Files in the origin private file system: models, adapters, checkpoints. One flat folder per area. A file is written in
// parts of 4 MiB, each complete or absent, so that a download can be resumed after a reload; they are read as one Blob (random
// access, no copy). A file counts as present only after `finish` has written its mark.
import * as v from 'valibot';
import { TributaryError } from '../lib/errors.ts';
import { guardWrite } from './guard.ts';

export type FileArea = 'models' | 'adapters' | 'checkpoints';

/** Bytes of one part. A part stays in memory until it is complete. */
export const PART_BYTES = 4 * 1024 * 1024;

const COMPLETE = 'complete.json';
const MAX_MARK_BYTES = 100_000;
const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

function unavailable(cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'STORE_UNAVAILABLE',
    message: 'This browser does not let the page keep files.',
    hint: 'Update the browser, or leave private browsing; until then files are held in memory and gone with the page.',
    cause,
  });
}

/** The private file system. Private windows may have none, and Safari before 26 has one that pages cannot write to. */
async function openFileSystem(): Promise<FileSystemDirectoryHandle | TributaryError> {
  if (
    navigator.storage?.getDirectory === undefined ||
    !('createWritable' in (globalThis.FileSystemFileHandle?.prototype ?? {}))
  )
    return unavailable();
  try {
    return await navigator.storage.getDirectory();
  } catch (cause) {
    return unavailable(cause);
  }
}

/** The reason why this browser cannot store files; undefined where it can. */
export async function fileObstacle(): Promise<TributaryError | undefined> {
  const root = await openFileSystem();
  return root instanceof TributaryError ? root : undefined;
}

/** Undefined where no files can be stored: then there are none. */
async function areaFolder(area: FileArea): Promise<FileSystemDirectoryHandle | undefined> {
  const root = await openFileSystem();
  return root instanceof TributaryError ? undefined : await root.getDirectoryHandle(area, { create: true });
}

/** File names contain only characters that every file system allows. */
export function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 200);
}

/** Nothing of this name, or something else than this file ever wrote. */
function isAbsent(error: unknown): boolean {
  return error instanceof DOMException && ['NotFoundError', 'TypeMismatchError'].includes(error.name);
}

async function folderOf(area: FileArea, name: string): Promise<FileSystemDirectoryHandle | undefined> {
  const parent = await areaFolder(area);
  try {
    return await parent?.getDirectoryHandle(safeName(name));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function readPart(folder: FileSystemDirectoryHandle, part: string): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(part)).getFile();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function partsOf(folder: FileSystemDirectoryHandle): Promise<File[]> {
  const parts: File[] = [];
  for (;;) {
    const part = await readPart(folder, String(parts.length));
    if (part === undefined) return parts;
    parts.push(part);
  }
}

const markSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.objectWithRest({ bytes: natural, writtenAt: natural }, v.union([v.string(), v.number()])),
);

interface Mark {
  readonly bytes: number;
  readonly writtenAt: number;
  readonly facts: Readonly<Record<string, string>>;
}

/** What `finish` wrote. A page or a machine that went away in the middle may leave a mark that says nothing: `damaged`. */
async function markOf(folder: FileSystemDirectoryHandle): Promise<Mark | 'absent' | 'damaged'> {
  const mark = await readPart(folder, COMPLETE);
  if (mark === undefined) return 'absent';
  const read = mark.size > MAX_MARK_BYTES ? undefined : v.safeParse(markSchema, await mark.text());
  if (read?.success !== true) return 'damaged';
  const { bytes, writtenAt, ...facts } = read.output;
  return {
    bytes,
    writtenAt,
    facts: Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, String(fact)])),
  };
}

async function wholeFile(
  folder: FileSystemDirectoryHandle,
): Promise<{ readonly mark: Mark; readonly blob: Blob } | undefined> {
  const mark = await markOf(folder);
  if (typeof mark === 'string') return undefined;
  const blob = new Blob(await partsOf(folder));
  return blob.size === mark.bytes ? { mark, blob } : undefined;
}

/** The whole file as one Blob, or undefined when it is absent, unfinished or damaged. */
export async function readFile(area: FileArea, name: string): Promise<Blob | undefined> {
  const folder = await folderOf(area, name);
  return folder === undefined ? undefined : (await wholeFile(folder))?.blob;
}

/** The facts that `finish` was given; undefined when the file is absent, unfinished or damaged. */
export async function readFileFacts(
  area: FileArea,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const folder = await folderOf(area, name);
  return folder === undefined ? undefined : (await wholeFile(folder))?.mark.facts;
}

/** Stored bytes of a file, whole or not. */
export async function storedBytes(area: FileArea, name: string): Promise<number> {
  const folder = await folderOf(area, name);
  return folder === undefined ? 0 : (await partsOf(folder)).reduce((sum, part) => sum + part.size, 0);
}

/** A file being written; call `write` with bytes in order, then `finish`. */
export interface FileWriter {
  /** Bytes in complete parts: what survives if the page goes now. When opened, those of an earlier attempt: go on from there. */
  readonly keptBytes: number;
  /** The bytes of the earlier attempt, to hash them again. */
  readonly kept: Blob;
  write(bytes: Uint8Array): Promise<void>;
  /** Writes the last part and the mark. `facts` are returned by `listFiles`. */
  finish(facts: Record<string, string>): Promise<Blob>;
}

/** Opens a file for writing, keeping the complete parts of an earlier attempt. Throws `STORE_UNAVAILABLE`, and as `guardWrite`. */
export async function openFileWriter(area: FileArea, name: string): Promise<FileWriter> {
  const root = await openFileSystem();
  if (root instanceof TributaryError) throw root;
  const folder = await guardWrite(async () => {
    const parent = await root.getDirectoryHandle(area, { create: true });
    return await parent.getDirectoryHandle(safeName(name), { create: true });
  });
  const existing = await partsOf(folder);
  const broken = existing.findIndex((part) => part.size !== PART_BYTES);
  const keep = broken === -1 ? existing : existing.slice(0, broken);
  let index = keep.length;
  let buffered: Uint8Array[] = [];
  let bufferedBytes = 0;

  async function put(partName: string, content: BlobPart[]): Promise<void> {
    // As a Blob: of a view, WebKit writes the whole buffer that it is part of.
    const blob = new Blob(content);
    await guardWrite(async () => {
      const handle = await folder.getFileHandle(partName, { create: true });
      const writable = await handle.createWritable();
      try {
        // Reserves the room first. A write that runs out of it ends, in Chromium, with whichever comes first: the lack of room,
        // or a NotReadableError since nobody reads the Blob any more.
        await writable.truncate(blob.size);
        await writable.write(blob);
        await writable.close();
      } catch (error) {
        // The stream is already broken by the failure reported below; closing it can only fail again.
        await writable.abort().catch(() => undefined);
        throw error;
      }
    }, blob.size);
  }

  async function flush(): Promise<void> {
    if (bufferedBytes === 0) return;
    await put(String(index), buffered as BlobPart[]);
    index += 1;
    buffered = [];
    bufferedBytes = 0;
  }

  return {
    get keptBytes() {
      return index * PART_BYTES;
    },
    kept: new Blob(keep),
    async write(bytes) {
      let rest = bytes;
      while (rest.byteLength > 0) {
        const take = rest.subarray(0, PART_BYTES - bufferedBytes);
        buffered.push(take);
        bufferedBytes += take.byteLength;
        rest = rest.subarray(take.byteLength);
        if (bufferedBytes === PART_BYTES) await flush();
      }
    },
    async finish(facts) {
      await flush();
      const blob = new Blob(await partsOf(folder));
      await put(COMPLETE, [JSON.stringify({ ...facts, bytes: blob.size, writtenAt: Date.now() })]);
      return blob;
    },
  };
}

/** Writes a whole file at once, replacing one of that name. */
export async function writeFile(
  area: FileArea,
  name: string,
  bytes: Uint8Array,
  facts: Record<string, string> = {},
): Promise<void> {
  await deleteFile(area, name);
  const writer = await openFileWriter(area, name);
  await writer.write(bytes);
  await writer.finish(facts);
}

export async function deleteFile(area: FileArea, name: string): Promise<void> {
  const parent = await areaFolder(area);
  try {
    await parent?.removeEntry(safeName(name), { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  }
}

export interface StoredFile {
  readonly area: FileArea;
  readonly name: string;
  readonly bytes: number;
  /** False: a download that has not ended, or a file that lost something. */
  readonly complete: boolean;
  /** It was whole once; its parts or its mark are not what was written. */
  readonly damaged?: boolean;
  readonly writtenAt?: number;
  readonly facts: Readonly<Record<string, string>>;
}

async function describe(area: FileArea, folder: FileSystemDirectoryHandle): Promise<StoredFile> {
  const { name } = folder;
  const parts = await partsOf(folder);
  const bytes = parts.reduce((total, part) => total + part.size, 0);
  const mark = await markOf(folder);
  if (mark === 'absent') return { area, name, bytes, complete: false, facts: {} };
  if (mark === 'damaged' || mark.bytes !== bytes)
    return { area, name, bytes, complete: false, damaged: true, facts: mark === 'damaged' ? {} : mark.facts };
  return { area, name, bytes, complete: true, writtenAt: mark.writtenAt, facts: mark.facts };
}

/** The files of an area, largest first. */
export async function listFiles(area: FileArea): Promise<StoredFile[]> {
  const parent = await areaFolder(area);
  const folders: FileSystemDirectoryHandle[] = [];
  for await (const handle of parent?.values() ?? []) {
    if (handle.kind === 'directory') folders.push(handle as FileSystemDirectoryHandle);
  }
  const files: StoredFile[] = [];
  for (const folder of folders) {
    try {
      files.push(await describe(area, folder));
    } catch (error) {
      // A worker or another tab has deleted it in the meantime.
      if (!(error instanceof DOMException) || error.name !== 'NotFoundError') throw error;
    }
  }
  return files.sort((left, right) => right.bytes - left.bytes);
}
