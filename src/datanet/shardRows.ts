import { concatBytes } from '../lib/bytes.ts';
import { MAX_SHARD_BYTES } from './limits.ts';

export interface ShardRowsParameters {
  /** Canonical texts of the rows, see `canonicalRow`. */
  readonly canonical: readonly string[];
  /** For tests; default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Shards of canonical JSON lines: one row per line, each line ended by LF, as many whole rows as fit. The same rows in the same
 * order yield the same bytes. Any tool that reads JSON lines can read a shard.
 */
export function shardRows({ canonical, maxBytes = MAX_SHARD_BYTES }: ShardRowsParameters): Uint8Array<ArrayBuffer>[] {
  const encoder = new TextEncoder();
  const shards: Uint8Array<ArrayBuffer>[] = [];
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const finish = (): void => {
    if (parts.length > 0) shards.push(concatBytes(parts));
    parts = [];
    bytes = 0;
  };
  for (const text of canonical) {
    const line = encoder.encode(`${text}\n`);
    if (bytes + line.byteLength > maxBytes) finish();
    parts.push(line);
    bytes += line.byteLength;
  }
  finish();
  return shards;
}
