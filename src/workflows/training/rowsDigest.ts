// One hash for all rows of a run, so that a resumed run can check that it reads the same ones.
import type { EncodedRow } from '../../engine/index.ts';
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256Async } from '../../lib/sha256Async.ts';

/** SHA-256 over little-endian u32 (prompt length, length, ids...) of each row in order, as 64 hexadecimal digits. */
export async function rowsDigest(rows: readonly EncodedRow[]): Promise<string> {
  const words = new Uint32Array(rows.reduce((total, row) => total + 2 + row.inputIds.length, 0));
  let offset = 0;
  for (const row of rows) {
    words[offset] = row.promptLength;
    words[offset + 1] = row.inputIds.length;
    words.set(row.inputIds, offset + 2);
    offset += 2 + row.inputIds.length;
  }
  return bytesToHex(await sha256Async(new Uint8Array(words.buffer)));
}
