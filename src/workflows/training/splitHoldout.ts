// Holds rows of a run out of training: they measure the score of a row that cannot have shaped the answer. They are chosen by
// hash, so that anyone who has the rows and the seed chooses the same ones.
import { bytesToHex } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';

const HELD_OUT_SHARE = 0.05;
const MAX_HELD_OUT = 100;

/**
 * One row in twenty (at most 100, none below twenty rows): those with the smallest SHA-256 of `seed:rowHash`. Both parts are in
 * the order of `rows`.
 */
export function splitHoldout<Item extends { readonly rowHash: string }>(
  rows: readonly Item[],
  seed: number,
): { readonly trained: readonly Item[]; readonly placebo: readonly Item[] } {
  const count = Math.min(MAX_HELD_OUT, Math.floor(rows.length * HELD_OUT_SHARE));
  const encoder = new TextEncoder();
  const ranked = rows
    .map((item) => ({ item, key: bytesToHex(sha256(encoder.encode(`${seed}:${item.rowHash}`))) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const held = new Set(ranked.slice(0, count).map(({ item }) => item));
  return { trained: rows.filter((item) => !held.has(item)), placebo: rows.filter((item) => held.has(item)) };
}
