// The `verify` port of the datanet domain: whether an address signed these bytes by EIP-191 `personal_sign`.
import { isAddressEqual, recoverMessageAddress } from 'viem';
import type { Address, Hex } from './types/hex.ts';

/** True when `signature` over `bytes` recovers to `address`; false for a malformed signature. Needs no chain. */
export async function verifyMessage(address: Address, bytes: Uint8Array, signature: Hex): Promise<boolean> {
  try {
    return isAddressEqual(await recoverMessageAddress({ message: { raw: bytes }, signature }), address);
  } catch {
    // A malformed signature recovers to no address, so it is not this one's: not an error.
    return false;
  }
}
