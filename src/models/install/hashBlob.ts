import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { readBlob } from '../sources/readBlob.ts';
import type { SourceFile } from '../types.ts';
import { fileDamaged } from './fileDamaged.ts';

/**
 * The SHA-256 of a file on the user's own disk, read in pieces. Nothing is copied. Throws `MODEL_FILE_DAMAGED` when it differs
 * from that of an earlier attempt.
 */
export async function hashBlob(parameters: {
  readonly file: SourceFile;
  readonly blob: Blob;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number) => void;
}): Promise<{ readonly sha256: string; readonly blob: Blob }> {
  const { file, blob, signal, onProgress } = parameters;
  const hash = hasher.create();
  let doneBytes = 0;
  for await (const bytes of readBlob(blob, 0, signal)) {
    hash.update(bytes);
    doneBytes += bytes.byteLength;
    onProgress(doneBytes);
  }
  const sha256 = bytesToHex(hash.digest());
  if (file.sha256 !== undefined && file.sha256 !== sha256) throw fileDamaged(file, sha256, doneBytes);
  return { sha256, blob };
}
