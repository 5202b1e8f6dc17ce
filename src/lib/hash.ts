// SHA-256 on this thread. Measured: from about a kilobyte on, `sha256Async` is faster.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js';
import { ownBytes } from './bytes.ts';

/** SHA-256 of `bytes`, 32 bytes, computed at once on this thread. For many small inputs. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return ownBytes(sha256Sync(bytes));
}

/** SHA-256 of what comes in parts. */
export function createSha256(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } {
  return sha256Sync.create();
}
