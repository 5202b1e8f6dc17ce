import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { rowHash as branded, type RowHash } from '../lib/units.ts';
import { canonicalRow } from './canonicalRow.ts';
import type { Row } from './types.ts';

const encoder = new TextEncoder();

/** SHA-256 of 0x00 and the UTF-8 bytes of a canonical row: the leaf hash of RFC 6962, section 2.1. */
export function hashCanonicalRow(canonical: string): RowHash {
  const leaf = new Uint8Array(1 + canonical.length * 3);
  const { written } = encoder.encodeInto(canonical, leaf.subarray(1));
  return branded(bytesToHex(sha256(leaf.subarray(0, 1 + written))));
}

/** The hash that identifies a row in roots, receipts and payments. */
export function rowHash(row: Row): RowHash {
  return hashCanonicalRow(canonicalRow(row));
}
