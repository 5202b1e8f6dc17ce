// Everything that one address has: gas money, OPEN, prepaid account, credits.
import { getBalance, readContract } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface Balances {
  /** The chain's own coin, in its smallest unit; it pays for gas. */
  readonly native: bigint;
  readonly open: Wei;
  readonly escrow: Wei;
  readonly thawing: Wei;
  /** When `thawing` can be withdrawn, in seconds since 1970; 0 without a thaw. */
  readonly thawEnd: number;
  /** Fees earned as model owner, collector or treasury, ready to withdraw. */
  readonly credits: Wei;
}

export interface GetBalancesParameters extends ReadOptions {
  readonly address: Address;
}

export type GetBalancesReturnType = Balances;

export type GetBalancesErrorType = AskErrorType;

export async function getBalances(
  { rpc, contracts: { openToken, inferenceEscrow } }: SettlementClient,
  { address, ...options }: GetBalancesParameters,
): Promise<GetBalancesReturnType> {
  const [native, open, [escrow, thawing, thawEnd], credits] = await ask(
    () =>
      Promise.all([
        getBalance(rpc, { address }),
        readContract(rpc, { ...openToken, functionName: 'balanceOf', args: [address] }),
        readContract(rpc, { ...inferenceEscrow, functionName: 'accounts', args: [address] }),
        readContract(rpc, { ...inferenceEscrow, functionName: 'credits', args: [address] }),
      ]),
    options,
  );
  return {
    native,
    open: wei(open),
    escrow: wei(escrow),
    thawing: wei(thawing),
    thawEnd: thawing === 0n ? 0 : Number(thawEnd),
    credits: wei(credits),
  };
}
