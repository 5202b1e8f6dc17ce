// OPEN and gas money of an account. One method per action; the actions say what they do and throw.
import { type GetBalancesErrorType, type GetBalancesReturnType, getBalances } from '../actions/getBalances.ts';
import {
  type RequestFaucetErrorType,
  type RequestFaucetParameters,
  type RequestFaucetReturnType,
  requestFaucet,
} from '../actions/requestFaucet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface TokenActions {
  balances(address: Address, options?: ReadOptions): Promise<GetBalancesReturnType>;
  /** Gas money and 1,000 OPEN, on the local chain only (`FAUCET_LOCAL_ONLY`). */
  faucet(parameters: RequestFaucetParameters): Promise<RequestFaucetReturnType>;
}

export type TokenErrorType = GetBalancesErrorType | RequestFaucetErrorType;

export function tokenActions(client: SettlementClient): TokenActions {
  return {
    balances: (address, options) => getBalances(client, { address, ...options }),
    faucet: (parameters) => requestFaucet(client, parameters),
  };
}
