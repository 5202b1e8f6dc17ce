// Writes need somebody who signs.
import { TributaryError } from '../../lib/errors.ts';
import type { ConnectedWallet } from '../types/wallet.ts';
import type { SettlementClient } from './settlementClient.ts';

export type RequireWalletErrorType = 'WALLET_MISSING';

/** The connected wallet. Throws `WALLET_MISSING`. */
export function requireWallet({ wallet }: Pick<SettlementClient, 'wallet'>): ConnectedWallet {
  if (wallet !== undefined) return wallet;
  throw new TributaryError({
    code: 'WALLET_MISSING' satisfies RequireWalletErrorType,
    message: 'No wallet is connected.',
    hint: 'Connect a wallet; on the local chain the built-in one will do.',
  });
}
