// One file into storage: from where an earlier attempt ended, checked against its SHA-256 while it arrives. It serves models and
// the files of the configuration; where the bytes come from and where they are stored are ports. Stored bytes of an earlier
// attempt are hashed again, since nothing else vouches for them.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { readBlob } from '../sources/readBlob.ts';
import { fileDamaged } from './fileDamaged.ts';
import type { FileStore, StoredWriter } from './ports.ts';
import { type RetryOptions, retry } from './retry.ts';

/** The announced facts of a file. Of size and SHA-256 at least one is known. */
export interface AnnouncedFile {
  readonly name: string;
  readonly bytes?: number | undefined;
  /** 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
}

export interface FetchFileParameters {
  readonly file: AnnouncedFile;
  /** Name of the file in storage. */
  readonly storedName: string;
  /** What is written beside the file, for lists of stored files. */
  readonly facts: Readonly<Record<string, string>>;
  readonly files: FileStore;
  /** Bytes from a position on; throws when there are fewer or more than announced. */
  readonly read: (from: number) => AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (doneBytes: number) => void;
  /** With it, failures of the network are waited out and it is told of each wait; without it they are thrown. */
  readonly onWait?: RetryOptions['onWait'] | undefined;
}

export interface FetchedFile {
  readonly sha256: string;
  readonly blob: Blob;
}

/** Hashes the stored bytes of an earlier attempt; what is written afterwards follows. */
async function resume(writer: StoredWriter, signal?: AbortSignal): Promise<ReturnType<typeof hasher.create>> {
  const hash = hasher.create();
  for await (const bytes of readBlob(writer.kept, 0, signal)) hash.update(bytes);
  return hash;
}

/**
 * The file's SHA-256 and bytes, once all of it is stored. Throws `MODEL_FILE_DAMAGED` (nothing of it stays stored then),
 * `STORE_QUOTA_EXCEEDED`, `ABORTED`, and what `read` throws.
 */
export async function fetchFile(parameters: FetchFileParameters): Promise<FetchedFile> {
  const { file, storedName, facts, files, read, signal, onProgress, onWait } = parameters;
  const matches = (bytes: number, sha256: string): boolean =>
    bytes === (file.bytes ?? bytes) && sha256 === (file.sha256 ?? sha256);
  const stored = await files.read(storedName);
  const known = stored?.facts['sha256'];
  if (stored !== undefined && known !== undefined && matches(stored.blob.size, known)) {
    onProgress(stored.blob.size);
    return { sha256: known, blob: stored.blob };
  }
  let writer = await files.open(storedName);
  if (writer.keptBytes > (file.bytes ?? writer.keptBytes) || stored !== undefined) {
    await files.remove(storedName);
    writer = await files.open(storedName);
  }
  const hash = await resume(writer, signal);
  let doneBytes = writer.keptBytes;
  onProgress(doneBytes);
  const transfer = async (progressed: () => void): Promise<void> => {
    for await (const bytes of read(doneBytes)) {
      await writer.write(bytes);
      hash.update(bytes);
      doneBytes += bytes.byteLength;
      progressed();
      onProgress(doneBytes);
    }
  };
  if (onWait === undefined) await transfer(() => undefined);
  else await retry(transfer, { signal, onWait });
  const sha256 = bytesToHex(hash.digest());
  if (!matches(doneBytes, sha256)) {
    await files.remove(storedName);
    throw fileDamaged(file, sha256, doneBytes);
  }
  return { sha256, blob: await writer.finish({ ...facts, sha256 }) };
}
