// A file of its own, so that a page which hashes by WebCrypto alone loads no other SHA-256.

/** SHA-256 of `bytes`, 32 bytes, by WebCrypto. For large inputs. */
export async function sha256Async(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
