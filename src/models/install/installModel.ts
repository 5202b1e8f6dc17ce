// Installs a model in this browser: download, conversion, done. The journal names each stage before it begins, so that an
// interrupted installation can be resumed in this tab or another. One tab at a time works on a model. A model counts as
// installed only when its converted file is complete, and the downloaded files are deleted only after that.
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { type Access, readFile } from '../sources/openFile.ts';
import type { SourceFile } from '../types.ts';
import { fetchFile } from './fetchFile.ts';
import { hashBlob } from './hashBlob.ts';
import { inParallel } from './inParallel.ts';
import type { InstallRecord } from './installRecord.ts';
import { packFiles } from './packFiles.ts';
import type { FileStore, InstallProgress, Journal } from './ports.ts';
import { sourceDigest } from './sourceDigest.ts';
import { type StoredNames, storedNames } from './storedNames.ts';
import { createThroughputMeter } from './throughput.ts';

export interface InstallModelParameters {
  readonly id: string;
  readonly journal: Journal;
  readonly files: FileStore;
  readonly access: Access;
  /** Dropped files by name, for a model that comes from them. */
  readonly dropped?: ReadonlyMap<string, Blob>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

/** Concurrent downloads. More would not be faster, and inconsiderate to the server. */
const STREAMS = 2;
const REPORT_MILLISECONDS = 200;

function missing(id: string): TributaryError {
  return new TributaryError({
    code: 'MODEL_NOT_LISTED',
    message: 'This model is not in the library any more.',
    facts: { id },
    hint: 'Find it again under models.',
  });
}

/** The files with their locations; dropped files must be handed over again after a reload. */
function located(record: InstallRecord, dropped: ReadonlyMap<string, Blob>): SourceFile[] {
  return record.files.map((file): SourceFile => {
    const { location } = file;
    if (location !== undefined) return { ...file, location };
    const blob = dropped.get(file.name);
    if (blob !== undefined && blob.size === file.bytes) return { ...file, location: { kind: 'blob', blob } };
    throw new TributaryError({
      code: 'MODEL_FILES_GONE',
      message: `The file "${file.name}" was dropped on a page that is closed now.`,
      facts: { file: file.name, bytes: file.bytes, ...(blob === undefined ? {} : { droppedBytes: blob.size }) },
      hint: 'Drop the same files again; the work continues with them.',
    });
  });
}

interface Reporter {
  note(doneBytes: number, totalBytes: number): void;
  end(): void;
}

/** Reports progress a few times per second, and the last state at the end. */
function createReporter(
  id: string,
  phase: 'downloading' | 'packing',
  onProgress: (progress: InstallProgress) => void,
): Reporter {
  const throughput = createThroughputMeter();
  let newest: readonly [doneBytes: number, totalBytes: number] | undefined;
  const say = (): void => {
    if (newest === undefined) return;
    const [doneBytes, totalBytes] = newest;
    newest = undefined;
    onProgress({ id, phase, doneBytes, totalBytes, ...throughput.note(doneBytes, totalBytes) });
  };
  const timer = setInterval(say, REPORT_MILLISECONDS);
  return {
    note(doneBytes, totalBytes) {
      newest = [doneBytes, totalBytes];
    },
    end() {
      clearInterval(timer);
      say();
    },
  };
}

interface Fetched {
  readonly name: string;
  readonly sha256: string;
  readonly blob: Blob;
}

/** All files, two at a time; files that are already stored are not fetched again. */
async function download(
  { id, files, access, signal, onProgress, dropped }: InstallModelParameters,
  record: InstallRecord,
  names: StoredNames,
  note: (doneBytes: number) => void,
): Promise<readonly Fetched[]> {
  const sources = located(record, dropped ?? new Map());
  const totalBytes = sources.reduce((sum, file) => sum + file.bytes, 0);
  const reporter = createReporter(id, 'downloading', onProgress);
  const done = sources.map(() => 0);
  const progress = (index: number, bytes: number): void => {
    done[index] = bytes;
    const doneBytes = done.reduce((sum, each) => sum + each, 0);
    note(doneBytes);
    reporter.note(doneBytes, totalBytes);
  };
  const fetchOne = async (file: SourceFile, index: number, stop: AbortSignal): Promise<Fetched> => {
    const common = { file, signal: stop, onProgress: (bytes: number) => progress(index, bytes) };
    if (file.location.kind === 'blob')
      return { name: file.name, ...(await hashBlob({ ...common, blob: file.location.blob })) };
    // Earlier versions stored the files of offered models under their hash.
    const older = file.sha256 === undefined ? undefined : await files.read(file.sha256);
    if (older !== undefined && file.sha256 !== undefined && older.blob.size === file.bytes) {
      progress(index, file.bytes);
      return { name: file.name, sha256: file.sha256, blob: older.blob };
    }
    const fetched = await fetchFile({
      ...common,
      storedName: names.source(index),
      facts: { title: sources.length === 1 ? record.name : `${record.name}: ${file.name}` },
      files,
      read: (from) => readFile(file, from, { ...access, signal: stop }),
      onWait: (wait) =>
        onProgress({ id, phase: 'waiting', doneBytes: done.reduce((sum, each) => sum + each, 0), totalBytes, ...wait }),
    });
    return { name: file.name, ...fetched };
  };
  try {
    return await inParallel(sources, STREAMS, signal, fetchOne);
  } finally {
    reporter.end();
  }
}

/**
 * Converts into storage, from the last tensor that an earlier attempt completed, and returns the size of the file. Only
 * complete parts of storage survive a crash, so the journal records a tensor only when they include its end.
 */
async function packInto(
  { id, files, journal, signal, onProgress }: InstallModelParameters,
  record: InstallRecord,
  sources: readonly Fetched[],
  names: StoredNames,
  note: (doneBytes: number) => void,
): Promise<number> {
  const reporter = createReporter(id, 'packing', onProgress);
  let writer = await files.open(names.packed);
  let from = record.packedUpTo ?? { tensors: 0, bytes: 0 };
  if (from.bytes > writer.keptBytes) from = { tensors: 0, bytes: 0 };
  if (from.tensors === 0) {
    await files.remove(names.packed);
    writer = await files.open(names.packed);
  }
  let position = writer.keptBytes;
  const ends: { tensors: number; bytes: number }[] = [];
  try {
    for await (const piece of packFiles({
      files: sources,
      packing: record.packing,
      fromTensor: from.tensors,
      signal,
    })) {
      signal.throwIfAborted();
      const { offset, bytes, completeTensors } = piece;
      const end = offset + bytes.byteLength;
      // Conversion starts at a tensor; the bytes of it that are already stored are not written again.
      if (end > position) await writer.write(bytes.subarray(Math.max(0, position - offset)));
      position = Math.max(position, end);
      note(position);
      reporter.note(position, Math.max(position, record.expectedBytes));
      if (completeTensors > (ends.at(-1)?.tensors ?? from.tensors)) ends.push({ tensors: completeTensors, bytes: end });
      const safe = ends.filter(({ bytes: tensorEnd }) => tensorEnd <= writer.keptBytes).at(-1);
      if (safe !== undefined) {
        ends.splice(0, ends.indexOf(safe) + 1);
        await journal.update(id, { packedUpTo: safe });
      }
    }
    await writer.finish({ title: record.name, model: id });
  } finally {
    reporter.end();
  }
  return position;
}

/** Storage that the rest of an installation needs, in bytes. */
async function stillNeeded(record: InstallRecord, files: FileStore, names: StoredNames): Promise<number> {
  const rest = await Promise.all(
    record.files.map(async ({ bytes, location }, index) =>
      location === undefined ? 0 : Math.max(0, bytes - (await files.sizeOf(names.source(index)))),
    ),
  );
  const packed = await files.sizeOf(names.packed);
  return rest.reduce((sum, bytes) => sum + bytes, 0) + Math.max(0, record.expectedBytes - packed);
}

/** A refused write states its own size; the user must know that of the whole installation. */
async function withNeed(error: unknown, needed: () => Promise<number>): Promise<TributaryError> {
  const typed = toTributaryError(error);
  if (typed.code !== 'STORE_QUOTA_EXCEEDED') return typed;
  const serialized = typed.serialize();
  return TributaryError.deserialize({ ...serialized, facts: { ...serialized.facts, neededBytes: await needed() } });
}

async function installLocked(parameters: InstallModelParameters, names: StoredNames): Promise<InstallRecord> {
  const { id, journal, files } = parameters;
  const record = await journal.read(id);
  if (record === undefined) throw missing(id);
  if (record.stage === 'done') return record;
  let doneBytes = record.doneBytes;
  const note = (bytes: number): void => {
    doneBytes = bytes;
  };
  try {
    await journal.update(id, { paused: false, failure: null });
    await files.requireSpace(await stillNeeded(record, files, names));
    const sources = await download(parameters, record, names, note);
    const sha256 = await sourceDigest(sources);
    const hashed = record.files.map((file, index) => ({ ...file, sha256: sources[index]?.sha256 ?? '' }));
    await journal.update(id, { stage: 'packing', files: hashed, sha256, doneBytes: record.packedUpTo?.bytes ?? 0 });
    const packedBytes = await packInto(parameters, record, sources, names, note);
    await journal.update(id, { stage: 'done', packedBytes, doneBytes: packedBytes });
  } catch (error) {
    const typed = await withNeed(error, () => stillNeeded(record, files, names));
    await journal.update(id, { doneBytes, ...(isAbort(typed) ? {} : { failure: typed.serialize() }) });
    throw typed;
  }
  await removeSources(record, files, names);
  await files.persist();
  return (await journal.read(id)) ?? record;
}

async function removeSources(record: InstallRecord, files: FileStore, names: StoredNames): Promise<void> {
  for (const [index, { sha256 }] of record.files.entries()) {
    await files.remove(names.source(index));
    if (record.source.kind === 'offered' && sha256 !== undefined) await files.remove(sha256);
  }
}

/**
 * Installs the model `id` of the journal and returns its record. Waits while another tab installs it, and then uses its result.
 * Throws what stopped it, which the journal records too: `MODEL_*`, `HUB_*`, `REMOTE_*`, `IPFS_*`, `STORE_*`, `ABORTED`.
 */
export async function installModel(parameters: InstallModelParameters): Promise<InstallRecord> {
  const { id, signal, onProgress } = parameters;
  try {
    onProgress({ id, phase: 'queued', doneBytes: 0, totalBytes: 0 });
    const names = await storedNames(id);
    return await navigator.locks.request(names.lock, { signal }, () => installLocked(parameters, names));
  } catch (error) {
    throw signal.aborted ? toTributaryError(signal.reason) : toTributaryError(error);
  } finally {
    onProgress({ id, phase: 'ended', doneBytes: 0, totalBytes: 0 });
  }
}
