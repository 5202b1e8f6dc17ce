import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../../lib/bytes.ts';
import { readBlob } from '../sources/readBlob.ts';

/** The SHA-256 of a file on the user's own disk, read in pieces. Nothing is copied. */
export async function hashBlob(parameters: {
  readonly blob: Blob;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number) => void;
}): Promise<{ readonly sha256: string; readonly blob: Blob }> {
  const { blob, signal, onProgress } = parameters;
  const hash = hasher.create();
  let doneBytes = 0;
  for await (const bytes of readBlob(blob, 0, signal)) {
    hash.update(bytes);
    doneBytes += bytes.byteLength;
    onProgress(doneBytes);
  }
  return { sha256: bytesToHex(hash.digest()), blob };
}
