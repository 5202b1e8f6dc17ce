import { bytesToHex } from '../../lib/bytes.ts';
import { sha256Async } from '../../lib/sha256Async.ts';

/**
 * The identity of a base model in adapters and receipts: the SHA-256 of its file; of several files, that of the lines
 * `<sha256>  <name>\n` in the order of their names, as `sha256sum *` prints them.
 */
export async function sourceDigest(
  files: readonly { readonly name: string; readonly sha256: string }[],
): Promise<string> {
  const [only] = files;
  if (only !== undefined && files.length === 1) return only.sha256;
  const lines = files
    .map(({ name, sha256: hash }) => ({ name: name.slice(name.lastIndexOf('/') + 1), hash }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, hash }) => `${hash}  ${name}\n`);
  return bytesToHex(await sha256Async(new TextEncoder().encode(lines.join(''))));
}
