// Identifiers of Datanets and models: hashes of creator and slug, the same as contracts/src/types/Identifiers.sol. They can
// be computed before the transaction, or without a chain.
import { encodeAbiParameters, keccak256, stringToHex } from 'viem';
import type { Address, Hex } from './types/hex.ts';

const PARAMETERS = [{ type: 'string' }, { type: 'address' }, { type: 'bytes32' }] as const;

/** The salt of a slug: Keccak-256 of its UTF-8 bytes. */
export function saltOf(slug: string): Hex {
  return keccak256(stringToHex(slug));
}

export function datanetIdOf({ creator, slug }: { readonly creator: Address; readonly slug: string }): Hex {
  return keccak256(encodeAbiParameters(PARAMETERS, ['Datanet', creator, saltOf(slug)]));
}

export function modelIdOf({ proposer, slug }: { readonly proposer: Address; readonly slug: string }): Hex {
  return keccak256(encodeAbiParameters(PARAMETERS, ['Model', proposer, saltOf(slug)]));
}
