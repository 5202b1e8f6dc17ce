import { bytesToHex } from '../../lib/bytes.ts';
import { sha256Async } from '../../lib/sha256Async.ts';

/** Names of a model's files in storage, and of the lock that lets one tab at a time work on it. */
export interface StoredNames {
  /** Prefix of all names of the model. */
  readonly key: string;
  readonly lock: string;
  readonly packed: string;
  /** A downloaded file, until it is converted. */
  source(index: number): string;
}

/** The lock of the model whose stored files begin with `key`. */
export function lockOf(key: string): string {
  return `tributary-model-${key}`;
}

/** Ids contain characters that file systems do not allow; the digest is unique and safe. */
export async function storedNames(id: string): Promise<StoredNames> {
  const key = bytesToHex(await sha256Async(new TextEncoder().encode(id))).slice(0, 24);
  return { key, lock: lockOf(key), packed: `${key}-packed`, source: (index) => `${key}-source-${index}` };
}

/** Whether a stored file is needed only while a model is being installed. */
export function isSourceName(name: string): boolean {
  return /^[0-9a-f]{24}-source-\d+$/.test(name);
}
