// Pools, reward roots, bonds and claims. One method per action; the actions say what they do and throw.
import { type BondErrorType, type BondParameters, type BondReturnType, bond } from '../actions/bond.ts';
import {
  type ChallengeErrorType,
  type ChallengeParameters,
  type ChallengeReturnType,
  challenge,
} from '../actions/challenge.ts';
import { type ClaimErrorType, type ClaimParameters, type ClaimReturnType, claim } from '../actions/claim.ts';
import {
  type FinalizeErrorType,
  type FinalizeParameters,
  type FinalizeReturnType,
  finalize,
} from '../actions/finalize.ts';
import {
  type GetBondedErrorType,
  type GetBondedParameters,
  type GetBondedReturnType,
  getBonded,
} from '../actions/getBonded.ts';
import {
  type GetClaimableErrorType,
  type GetClaimableParameters,
  type GetClaimableReturnType,
  getClaimable,
} from '../actions/getClaimable.ts';
import {
  type GetFundedEpochsErrorType,
  type GetFundedEpochsParameters,
  type GetFundedEpochsReturnType,
  getFundedEpochs,
} from '../actions/getFundedEpochs.ts';
import { type GetPoolErrorType, type GetPoolParameters, type GetPoolReturnType, getPool } from '../actions/getPool.ts';
import {
  type GetRequiredBondErrorType,
  type GetRequiredBondParameters,
  type GetRequiredBondReturnType,
  getRequiredBond,
} from '../actions/getRequiredBond.ts';
import {
  type GetRewardsErrorType,
  type GetRewardsParameters,
  type GetRewardsReturnType,
  getRewards,
} from '../actions/getRewards.ts';
import { type ProposeErrorType, type ProposeParameters, type ProposeReturnType, propose } from '../actions/propose.ts';
import type { SettlementClient } from '../client/settlementClient.ts';

export interface RewardsActions {
  /** Money of an epoch's contributors, by model. */
  pool(parameters: GetPoolParameters): Promise<GetPoolReturnType>;
  /** Epochs from `from` on that have money, ascending: those to settle, idle ones left out. */
  fundedEpochs(parameters: GetFundedEpochsParameters): Promise<GetFundedEpochsReturnType>;
  rewards(options?: GetRewardsParameters): Promise<GetRewardsReturnType>;
  /** Bond that `propose` of this epoch needs. */
  requiredBond(parameters: GetRequiredBondParameters): Promise<GetRequiredBondReturnType>;
  /** Free bond of an attestor. */
  bonded(parameters: GetBondedParameters): Promise<GetBondedReturnType>;
  bond(parameters: BondParameters): Promise<BondReturnType>;
  propose(parameters: ProposeParameters): Promise<ProposeReturnType>;
  challenge(parameters: ChallengeParameters): Promise<ChallengeReturnType>;
  finalize(parameters?: FinalizeParameters): Promise<FinalizeReturnType>;
  claimable(parameters: GetClaimableParameters): Promise<GetClaimableReturnType>;
  /** Claims everything that is claimable for the connected account. Throws `REWARDS_NOTHING_TO_CLAIM`. */
  claim(parameters?: ClaimParameters): Promise<ClaimReturnType>;
}

export type RewardsErrorType =
  | GetPoolErrorType
  | GetFundedEpochsErrorType
  | GetRewardsErrorType
  | GetRequiredBondErrorType
  | GetBondedErrorType
  | BondErrorType
  | ProposeErrorType
  | ChallengeErrorType
  | FinalizeErrorType
  | GetClaimableErrorType
  | ClaimErrorType;

export function rewardsActions(client: SettlementClient): RewardsActions {
  return {
    pool: (parameters) => getPool(client, parameters),
    fundedEpochs: (parameters) => getFundedEpochs(client, parameters),
    rewards: (options) => getRewards(client, options),
    requiredBond: (parameters) => getRequiredBond(client, parameters),
    bonded: (parameters) => getBonded(client, parameters),
    bond: (parameters) => bond(client, parameters),
    propose: (parameters) => propose(client, parameters),
    challenge: (parameters) => challenge(client, parameters),
    finalize: (parameters) => finalize(client, parameters),
    claimable: (parameters) => getClaimable(client, parameters),
    claim: (parameters) => claim(client, parameters),
  };
}
