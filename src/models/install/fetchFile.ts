// One file of a model into storage: from where an earlier attempt ended, through failures of the network, checked against its
// SHA-256 while it arrives. What was kept is hashed again, since only its bytes are known to be there.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { readBlob } from '../sources/readBlob.ts';
import type { SourceFile } from '../types.ts';
import { fileDamaged } from './fileDamaged.ts';
import { type PersistentlyOptions, persistently } from './persistently.ts';
import type { FileStore, StoredWriter } from './ports.ts';

export interface FetchFileParameters {
  readonly file: SourceFile;
  /** What it is called in storage. */
  readonly storedName: string;
  /** What the list of stored files calls it. */
  readonly title: string;
  readonly files: FileStore;
  /** Bytes from a position on; throws when there are fewer or more than announced. */
  readonly read: (from: number) => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number) => void;
  readonly onWait: PersistentlyOptions['onWait'];
}

/** Hashes what an earlier attempt left, and then what is written. */
async function resume(writer: StoredWriter, signal: AbortSignal): Promise<ReturnType<typeof hasher.create>> {
  const hash = hasher.create();
  for await (const bytes of readBlob(writer.kept, 0, signal)) hash.update(bytes);
  return hash;
}

/**
 * The file's SHA-256 and bytes, once all of it is kept. Throws `MODEL_FILE_DAMAGED` (nothing is kept then), `REMOTE_*`, `HUB_*`,
 * `IPFS_*`, `STORE_QUOTA_EXCEEDED`, `ABORTED`.
 */
export async function fetchFile(
  parameters: FetchFileParameters,
): Promise<{ readonly sha256: string; readonly blob: Blob }> {
  const { file, storedName, title, files, read, signal, onProgress, onWait } = parameters;
  const before = await files.read(storedName);
  const known = before?.facts['sha256'];
  if (
    before !== undefined &&
    known !== undefined &&
    known === (file.sha256 ?? known) &&
    before.blob.size === file.bytes
  ) {
    onProgress(file.bytes);
    return { sha256: known, blob: before.blob };
  }
  let writer = await files.open(storedName);
  if (writer.keptBytes > file.bytes || before !== undefined) {
    await files.remove(storedName);
    writer = await files.open(storedName);
  }
  const hash = await resume(writer, signal);
  let doneBytes = writer.keptBytes;
  onProgress(doneBytes);
  await persistently(
    async (progressed) => {
      for await (const bytes of read(doneBytes)) {
        await writer.write(bytes);
        hash.update(bytes);
        doneBytes += bytes.byteLength;
        progressed();
        onProgress(doneBytes);
      }
    },
    { signal, onWait },
  );
  const sha256 = bytesToHex(hash.digest());
  if (doneBytes !== file.bytes || (file.sha256 !== undefined && file.sha256 !== sha256)) {
    await files.remove(storedName);
    throw fileDamaged(file, sha256);
  }
  return { sha256, blob: await writer.finish({ title, sha256 }) };
}
