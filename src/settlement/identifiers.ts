// Identifiers of datanets and models: hashes of who made them and of a name of their choosing. They can be computed
// before, or entirely without, a chain. The same as contracts/src/types/Identifiers.sol.
import { encodeAbiParameters, keccak256, stringToHex } from 'viem';
import type { Address, Hex } from './types/hex.ts';

const parameters = [{ type: 'string' }, { type: 'address' }, { type: 'bytes32' }] as const;

/** The salt of a slug: Keccak-256 of its UTF-8 bytes. */
export function saltOf(slug: string): Hex {
  return keccak256(stringToHex(slug));
}

export function datanetIdOf({ creator, slug }: { readonly creator: Address; readonly slug: string }): Hex {
  return keccak256(encodeAbiParameters(parameters, ['Datanet', creator, saltOf(slug)]));
}

export function modelIdOf({ proposer, slug }: { readonly proposer: Address; readonly slug: string }): Hex {
  return keccak256(encodeAbiParameters(parameters, ['Model', proposer, saltOf(slug)]));
}
