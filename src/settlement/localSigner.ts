// A key in this browser that signs messages and no transactions: for rows and adapters where no chain is configured.
import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from './types/hex.ts';
import type { MessageSigner } from './types/wallet.ts';

/** Signs by EIP-191 `personal_sign`; sends no transactions. */
export function localSigner({ privateKey }: { readonly privateKey: Hex }): MessageSigner {
  const account = privateKeyToAccount(privateKey);
  return { address: account.address, signMessage: (bytes) => account.signMessage({ message: { raw: bytes } }) };
}
