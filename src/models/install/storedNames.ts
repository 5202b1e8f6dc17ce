import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';

/** Names of a model's files in storage, and of the lock that one tab at a time holds on it. */
export interface StoredNames {
  /** What all names of the model begin with. */
  readonly key: string;
  readonly lock: string;
  readonly packed: string;
  /** A downloaded file, until it is packed. */
  source(index: number): string;
}

/** The lock of the model whose stored files begin with `key`. */
export function lockOf(key: string): string {
  return `tributary-model-${key}`;
}

/** Ids hold characters that file systems do not; the digest tells models apart whatever they are called. */
export function storedNames(id: string): StoredNames {
  const key = bytesToHex(sha256(new TextEncoder().encode(id))).slice(0, 24);
  return { key, lock: lockOf(key), packed: `${key}-packed`, source: (index) => `${key}-source-${index}` };
}

/** Whether a stored name is of a file that only an installation in progress needs. */
export function isSourceName(name: string): boolean {
  return /^[0-9a-f]{24}-source-\d+$/.test(name);
}
