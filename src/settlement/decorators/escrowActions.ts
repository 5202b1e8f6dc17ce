// The prepaid account, session keys, and the collection of vouchers. One method per action; the actions say what they do and throw.
import {
  type CancelThawErrorType,
  type CancelThawParameters,
  type CancelThawReturnType,
  cancelThaw,
} from '../actions/cancelThaw.ts';
import { type CollectErrorType, type CollectParameters, type CollectReturnType, collect } from '../actions/collect.ts';
import { type DepositErrorType, type DepositParameters, type DepositReturnType, deposit } from '../actions/deposit.ts';
import {
  type GetCollectedErrorType,
  type GetCollectedParameters,
  type GetCollectedReturnType,
  getCollected,
} from '../actions/getCollected.ts';
import {
  type GetCollectionsErrorType,
  type GetCollectionsParameters,
  type GetCollectionsReturnType,
  getCollections,
} from '../actions/getCollections.ts';
import {
  type GetDepositedErrorType,
  type GetDepositedParameters,
  type GetDepositedReturnType,
  getDeposited,
} from '../actions/getDeposited.ts';
import {
  type GetSessionKeyErrorType,
  type GetSessionKeyParameters,
  type GetSessionKeyReturnType,
  getSessionKey,
} from '../actions/getSessionKey.ts';
import {
  type RevokeSessionKeyErrorType,
  type RevokeSessionKeyParameters,
  type RevokeSessionKeyReturnType,
  revokeSessionKey,
} from '../actions/revokeSessionKey.ts';
import {
  type SetSessionKeyErrorType,
  type SetSessionKeyParameters,
  type SetSessionKeyReturnType,
  setSessionKey,
} from '../actions/setSessionKey.ts';
import { type ThawErrorType, type ThawParameters, type ThawReturnType, thaw } from '../actions/thaw.ts';
import {
  type WithdrawErrorType,
  type WithdrawParameters,
  type WithdrawReturnType,
  withdraw,
} from '../actions/withdraw.ts';
import {
  type WithdrawCreditsErrorType,
  type WithdrawCreditsParameters,
  type WithdrawCreditsReturnType,
  withdrawCredits,
} from '../actions/withdrawCredits.ts';
import type { SettlementClient } from '../client/settlementClient.ts';

export interface EscrowActions {
  /** One signature and one transaction where the wallet signs permits; otherwise `approve` and `deposit`. */
  deposit(parameters: DepositParameters): Promise<DepositReturnType>;
  /** What an account paid in since a block, whatever was spent since. */
  deposited(parameters: GetDepositedParameters): Promise<GetDepositedReturnType>;
  /** Starts the thaw of an amount, which `withdraw` pays out after `profile.thawSeconds`. */
  thaw(parameters: ThawParameters): Promise<ThawReturnType>;
  cancelThaw(parameters?: CancelThawParameters): Promise<CancelThawReturnType>;
  /** Pays out what has thawed. Throws `ESCROW_NOT_THAWED`. */
  withdraw(parameters?: WithdrawParameters): Promise<WithdrawReturnType>;
  withdrawCredits(parameters: WithdrawCreditsParameters): Promise<WithdrawCreditsReturnType>;
  sessionKey(parameters: GetSessionKeyParameters): Promise<GetSessionKeyReturnType>;
  /** `validUntil` and `cap` can only grow; `revokeSessionKey` ends a key. */
  setSessionKey(parameters: SetSessionKeyParameters): Promise<SetSessionKeyReturnType>;
  revokeSessionKey(parameters: RevokeSessionKeyParameters): Promise<RevokeSessionKeyReturnType>;
  /** Amount that the chain has collected of one channel. */
  collected(parameters: GetCollectedParameters): Promise<GetCollectedReturnType>;
  /** Collects many vouchers at once; a bad one is refused and reported, the others are paid. */
  collect(parameters: CollectParameters): Promise<CollectReturnType>;
  /** Vouchers collected in an epoch, with the root of their receipts. */
  collections(parameters: GetCollectionsParameters): Promise<GetCollectionsReturnType>;
}

export type EscrowErrorType =
  | DepositErrorType
  | GetDepositedErrorType
  | ThawErrorType
  | CancelThawErrorType
  | WithdrawErrorType
  | WithdrawCreditsErrorType
  | GetSessionKeyErrorType
  | SetSessionKeyErrorType
  | RevokeSessionKeyErrorType
  | GetCollectedErrorType
  | CollectErrorType
  | GetCollectionsErrorType;

export function escrowActions(client: SettlementClient): EscrowActions {
  return {
    deposit: (parameters) => deposit(client, parameters),
    deposited: (parameters) => getDeposited(client, parameters),
    thaw: (parameters) => thaw(client, parameters),
    cancelThaw: (parameters) => cancelThaw(client, parameters),
    withdraw: (parameters) => withdraw(client, parameters),
    withdrawCredits: (parameters) => withdrawCredits(client, parameters),
    sessionKey: (parameters) => getSessionKey(client, parameters),
    setSessionKey: (parameters) => setSessionKey(client, parameters),
    revokeSessionKey: (parameters) => revokeSessionKey(client, parameters),
    collected: (parameters) => getCollected(client, parameters),
    collect: (parameters) => collect(client, parameters),
    collections: (parameters) => getCollections(client, parameters),
  };
}
