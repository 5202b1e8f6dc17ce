// The actions as methods of one object, bound to one deployment: the form in which the app, the keeper and the tools use them.
import { createSettlementClient, type SettlementClientParameters } from './client/settlementClient.ts';
import { type ChainActions, type ChainErrorType, chainActions } from './decorators/chainActions.ts';
import { type EscrowActions, type EscrowErrorType, escrowActions } from './decorators/escrowActions.ts';
import { type RegistryActions, type RegistryErrorType, registryActions } from './decorators/registryActions.ts';
import { type RewardsActions, type RewardsErrorType, rewardsActions } from './decorators/rewardsActions.ts';
import { type TokenActions, type TokenErrorType, tokenActions } from './decorators/tokenActions.ts';
import type { Deployment } from './types/deployment.ts';
import type { Address } from './types/hex.ts';

/** Reads and writes on one deployment. Every failure is a `TributaryError` with a code of `SettlementErrorType`. */
export interface Settlement extends ChainActions, TokenActions, EscrowActions, RewardsActions, RegistryActions {
  readonly deployment: Deployment;
  /** Address of the connected wallet. */
  readonly account: Address | undefined;
}

export type SettlementErrorType =
  | OpenSettlementErrorType
  | ChainErrorType
  | TokenErrorType
  | EscrowErrorType
  | RewardsErrorType
  | RegistryErrorType;

export type OpenSettlementParameters = SettlementClientParameters;

export type OpenSettlementReturnType = Settlement;

export type OpenSettlementErrorType = 'WALLET_TEST_KEY';

/** Opens a deployment; the first request is sent by the first call. Throws `WALLET_TEST_KEY`. */
export function openSettlement(parameters: OpenSettlementParameters): OpenSettlementReturnType {
  const client = createSettlementClient(parameters);
  return {
    deployment: client.deployment,
    account: client.wallet?.address,
    ...chainActions(client),
    ...tokenActions(client),
    ...escrowActions(client),
    ...rewardsActions(client),
    ...registryActions(client),
  };
}
