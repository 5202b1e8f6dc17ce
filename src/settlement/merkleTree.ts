// OpenZeppelin's standard Merkle tree, as `MerkleProof` verifies it on chain: leaves hashed twice, so that an inner node can
// never pass for a leaf; pairs hashed in ascending order, so that a proof needs no directions. Their library
// is the oracle of the test; this file saves the page its 60 kB of dependencies.
import { type AbiParameterToPrimitiveType, concat, encodeAbiParameters, keccak256 } from 'viem';
import { TributaryError } from '../lib/errors.ts';
import type { Hex } from './types/hex.ts';

export interface MerkleTree {
  readonly root: Hex;
  /** Siblings from the leaf of `values[index]` up to the root. */
  proof(index: number): Hex[];
}

type LeafType = 'address' | 'uint256' | 'bytes32';

/**
 * The tree over `values`, each ABI-encoded as `types`. Does not depend on their order: leaves are sorted by hash, and the
 * array of 2n - 1 nodes is filled from its end (children of node i at 2i + 1 and 2i + 2). Throws `MERKLE_EMPTY`.
 */
export function merkleTree<const Types extends readonly LeafType[]>(
  types: Types,
  values: readonly { readonly [Index in keyof Types]: AbiParameterToPrimitiveType<{ type: Types[Index] }> }[],
): MerkleTree {
  if (values.length === 0) {
    throw new TributaryError({
      code: 'MERKLE_EMPTY',
      message: 'A Merkle tree needs at least one leaf.',
      hint: 'Add a leaf.',
    });
  }
  const parameters = types.map((type) => ({ type }));
  const leaves = values
    .map((value, index) => ({ hash: keccak256(keccak256(encodeAbiParameters(parameters, value as never))), index }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  const length = 2 * leaves.length - 1;
  const nodes: Hex[] = new Array(length);
  const places: number[] = new Array(leaves.length);
  for (const [order, { hash, index }] of leaves.entries()) {
    nodes[length - 1 - order] = hash;
    places[index] = length - 1 - order;
  }
  const node = (place: number): Hex => nodes[place] as Hex;
  for (let place = length - 1 - leaves.length; place >= 0; place -= 1) {
    const [a, b] = [node(2 * place + 1), node(2 * place + 2)];
    nodes[place] = keccak256(a < b ? concat([a, b]) : concat([b, a]));
  }
  return {
    root: node(0),
    proof(index) {
      const siblings: Hex[] = [];
      for (let place = places[index] ?? 0; place > 0; place = (place - 1) >> 1) {
        siblings.push(node(place % 2 === 1 ? place + 1 : place - 1));
      }
      return siblings;
    },
  };
}
