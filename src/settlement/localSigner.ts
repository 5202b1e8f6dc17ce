// A key of this browser that signs texts and nothing else: for rows and adapters where there is no chain to connect to.
import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from './types/hex.ts';
import type { MessageSigner } from './types/wallet.ts';

/** Signs by EIP-191 `personal_sign`; sends no transactions. */
export function localSigner({ privateKey }: { readonly privateKey: Hex }): MessageSigner {
  const account = privateKeyToAccount(privateKey);
  return { address: account.address, signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }) };
}
