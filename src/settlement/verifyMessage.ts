// The `verify` port of the datanet domain: whether an address signed these bytes by EIP-191 `personal_sign`.
import { isAddressEqual, recoverMessageAddress } from 'viem';
import { isCanonicalSignature } from '../lib/canonicalSignature.ts';
import type { Address, Hex } from './types/hex.ts';

/** True when `signature` over `bytes` is canonical and recovers to `address`; false for a malformed one. Needs no chain. */
export async function verifyMessage(address: Address, bytes: Uint8Array, signature: Hex): Promise<boolean> {
  if (!isCanonicalSignature(signature)) return false;
  try {
    return isAddressEqual(await recoverMessageAddress({ message: { raw: bytes }, signature }), address);
  } catch {
    // A malformed signature recovers to no address, so it is not this one's: not an error.
    return false;
  }
}
