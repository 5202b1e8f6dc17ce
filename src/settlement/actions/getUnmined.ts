// Whether an account has transactions that no block has yet: one that the wallet sent after the page was closed has no hash here.
import { getTransactionCount } from 'viem/actions';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface GetUnminedParameters extends ReadOptions {
  readonly address: Address;
}

/** How many. */
export type GetUnminedReturnType = number;

export type GetUnminedErrorType = AskErrorType;

/** The difference of the account's nonces with and without what waits at the RPC server. */
export async function getUnmined(
  { rpc }: SettlementClient,
  { address, ...options }: GetUnminedParameters,
): Promise<GetUnminedReturnType> {
  const [pending, latest] = await ask(
    () =>
      Promise.all([
        getTransactionCount(rpc, { address, blockTag: 'pending' }),
        getTransactionCount(rpc, { address, blockTag: 'latest' }),
      ]),
    options,
  );
  return Math.max(0, pending - latest);
}
