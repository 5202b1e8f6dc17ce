// The root that ties a voucher to the receipts it pays.
import { StandardMerkleTree } from '@openzeppelin/merkle-tree';
import type { Hex } from './types.ts';

/** Root of OpenZeppelin's standard tree over the receipts' digests (`['bytes32']`); it does not depend on their order. */
export function receiptsRoot(digests: readonly Hex[]): Hex {
  return StandardMerkleTree.of(
    digests.map((digest) => [digest]),
    ['bytes32'],
  ).root as Hex;
}
