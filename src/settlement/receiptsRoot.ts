// The root that ties a voucher to the receipts it pays.
import { merkleTree } from './merkleTree.ts';
import type { Hex } from './types/hex.ts';

/** Root of the standard tree over the receipts' digests (`['bytes32']`); it does not depend on their order. */
export function receiptsRoot(digests: readonly Hex[]): Hex {
  return merkleTree(
    ['bytes32'],
    digests.map((digest) => [digest] as const),
  ).root;
}
