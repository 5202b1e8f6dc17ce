// SHA-256: synchronous for small inputs, by WebCrypto for large ones. Measured, WebCrypto is faster from about 1 KiB.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js';
import { ownBytes } from './bytes.ts';

/** SHA-256 of `bytes`, 32 bytes, computed at once on this thread. For many small inputs. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return ownBytes(sha256Sync(bytes));
}

/** SHA-256 of `bytes`, 32 bytes, by WebCrypto. For large inputs. */
export async function sha256Async(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
