// A model on its way into this browser: downloading, packing, done. Every stage is in the journal before it begins, so that what
// was interrupted goes on, in this tab or another; one tab at a time works on a model. Nothing looks installed before the
// packed file is whole, and the downloaded files go only after that.
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { type Access, readFile } from '../sources/openFile.ts';
import type { SourceFile } from '../types.ts';
import { fetchFile } from './fetchFile.ts';
import { hashBlob } from './hashBlob.ts';
import { inParallel } from './inParallel.ts';
import type { InstallRecord } from './installRecord.ts';
import type { FileStore, InstallProgress, Journal, PackModel } from './ports.ts';
import { sourceDigest } from './sourceDigest.ts';
import { createSpeedometer } from './speedometer.ts';
import { type StoredNames, storedNames } from './storedNames.ts';

export interface InstallModelParameters {
  readonly id: string;
  readonly journal: Journal;
  readonly files: FileStore;
  readonly pack: PackModel;
  readonly access: Access;
  /** Dropped files by name, for a model that comes from them. */
  readonly dropped?: ReadonlyMap<string, Blob>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
  /** First wait after a failure of the network, in milliseconds. */
  readonly firstMilliseconds?: number;
}

/** Downloads at a time. More would not be faster and would be rude. */
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

/** The file with a place to read it from; dropped files are handed over anew after a reload. */
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
      hint: 'Drop the same files again; the work goes on with them.',
    });
  });
}

/** Says where the work is, a few times a second. */
function createReporter(id: string, onProgress: (progress: InstallProgress) => void) {
  const speedometer = { downloading: createSpeedometer(), packing: createSpeedometer() };
  let last = 0;
  return (phase: 'downloading' | 'packing', doneBytes: number, totalBytes: number): void => {
    const now = performance.now();
    const speed = speedometer[phase].note(doneBytes, totalBytes);
    if (now - last < REPORT_MILLISECONDS && doneBytes < totalBytes) return;
    last = now;
    onProgress({ id, phase, doneBytes, totalBytes, ...speed });
  };
}

interface Fetched {
  readonly name: string;
  readonly sha256: string;
  readonly blob: Blob;
}

/** All files, two at a time; what is there already is not fetched again. */
async function download(
  { id, files, access, signal, onProgress, dropped, firstMilliseconds }: InstallModelParameters,
  record: InstallRecord,
  names: StoredNames,
  note: (doneBytes: number) => void,
): Promise<readonly Fetched[]> {
  const sources = located(record, dropped ?? new Map());
  const totalBytes = sources.reduce((sum, file) => sum + file.bytes, 0);
  const report = createReporter(id, onProgress);
  const done = sources.map(() => 0);
  const progress = (index: number, bytes: number): void => {
    done[index] = bytes;
    const doneBytes = done.reduce((sum, each) => sum + each, 0);
    note(doneBytes);
    report('downloading', doneBytes, totalBytes);
  };
  return await inParallel(sources, STREAMS, signal, async (file, index, stop) => {
    const common = { file, signal: stop, onProgress: (bytes: number) => progress(index, bytes) };
    if (file.location.kind === 'blob')
      return { name: file.name, ...(await hashBlob({ ...common, blob: file.location.blob })) };
    // Earlier versions kept the files of offered models under their hash.
    const older = file.sha256 === undefined ? undefined : await files.read(file.sha256);
    if (older !== undefined && file.sha256 !== undefined && older.blob.size === file.bytes) {
      progress(index, file.bytes);
      return { name: file.name, sha256: file.sha256, blob: older.blob };
    }
    const fetched = await fetchFile({
      ...common,
      storedName: names.source(index),
      title: sources.length === 1 ? record.name : `${record.name}: ${file.name}`,
      files,
      read: (from) => readFile(file, from, { ...access, signal: stop }),
      onWait: (wait) =>
        onProgress({ id, phase: 'waiting', doneBytes: done.reduce((sum, each) => sum + each, 0), totalBytes, ...wait }),
      ...(firstMilliseconds === undefined ? {} : { firstMilliseconds }),
    });
    return { name: file.name, ...fetched };
  });
}

/** Packs into storage and returns the bytes written. What an interrupted packing left is replaced. */
async function packInto(
  { id, files, pack, signal, onProgress }: InstallModelParameters,
  record: InstallRecord,
  sources: readonly Fetched[],
  names: StoredNames,
  note: (doneBytes: number) => void,
): Promise<number> {
  const report = createReporter(id, onProgress);
  await files.remove(names.packed);
  const writer = await files.open(names.packed);
  let doneBytes = 0;
  for await (const bytes of pack({ files: sources, packing: record.packing, signal })) {
    signal.throwIfAborted();
    await writer.write(bytes);
    doneBytes += bytes.byteLength;
    note(doneBytes);
    report('packing', doneBytes, Math.max(doneBytes, record.expectedBytes));
  }
  await writer.finish({ title: record.name, model: id });
  return doneBytes;
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
    await requireRoom(record, files, names);
    const sources = await download(parameters, record, names, note);
    const sha256 = sourceDigest(sources);
    const hashed = record.files.map((file, index) => ({ ...file, sha256: sources[index]?.sha256 ?? '' }));
    await journal.update(id, { stage: 'packing', files: hashed, sha256, doneBytes: 0 });
    const packedBytes = await packInto(parameters, record, sources, names, note);
    await journal.update(id, { stage: 'done', packedBytes, doneBytes: packedBytes });
  } catch (error) {
    const failure = isAbort(error) ? {} : { failure: toTributaryError(error).serialize() };
    await journal.update(id, { doneBytes, ...failure });
    throw error;
  }
  await removeSources(record, files, names);
  await files.persist();
  return (await journal.read(id)) ?? record;
}

/** Throws `STORE_QUOTA_EXCEEDED` when what is still to come does not fit. */
async function requireRoom(record: InstallRecord, files: FileStore, names: StoredNames): Promise<void> {
  const fetched = record.files.filter(({ location }) => location !== undefined);
  const kept = await Promise.all(fetched.map((_, index) => files.sizeOf(names.source(index))));
  const toFetch = fetched.reduce((sum, { bytes }, index) => sum + Math.max(0, bytes - (kept[index] ?? 0)), 0);
  await files.requireSpace(toFetch + record.expectedBytes);
}

async function removeSources(record: InstallRecord, files: FileStore, names: StoredNames): Promise<void> {
  for (const [index, { sha256 }] of record.files.entries()) {
    await files.remove(names.source(index));
    if (record.source.kind === 'offered' && sha256 !== undefined) await files.remove(sha256);
  }
}

/**
 * Installs the model `id` of the journal and returns its record. Waits while another tab is at it, and then uses its result.
 * Throws what stopped it, with the journal saying the same: `MODEL_*`, `HUB_*`, `REMOTE_*`, `IPFS_*`, `STORE_*`, `ABORTED`.
 */
export async function installModel(parameters: InstallModelParameters): Promise<InstallRecord> {
  const { id, signal, onProgress } = parameters;
  const names = storedNames(id);
  try {
    onProgress({ id, phase: 'queued', doneBytes: 0, totalBytes: 0 });
    return await navigator.locks.request(names.lock, { signal }, () => installLocked(parameters, names));
  } catch (error) {
    throw signal.aborted ? toTributaryError(signal.reason) : toTributaryError(error);
  } finally {
    onProgress({ id, phase: 'ended', doneBytes: 0, totalBytes: 0 });
  }
}
