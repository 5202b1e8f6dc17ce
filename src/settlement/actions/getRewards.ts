// State of the reward roots.
import { readContract } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export type RootStatus = 'none' | 'proposed' | 'challenged' | 'final';

/** One cumulative reward root. */
export interface RewardRoot {
  readonly root: Hex;
  /** SHA-256 of the ledger's bytes; `ledgerCid` turns it into the CID under which they are published. */
  readonly dataDigest: Hex;
  readonly total: Wei;
  readonly epoch: bigint;
  /** When it can be finalised, in seconds since 1970. */
  readonly activeAt: number;
  readonly proposer: Address;
  readonly bond: Wei;
  readonly status: RootStatus;
}

export interface RewardsState {
  /** The root that claims are checked against; status `none` before the first epoch is settled. */
  readonly current: RewardRoot;
  readonly pending: RewardRoot;
  /** The first epoch that no final root covers. */
  readonly nextEpoch: bigint;
  readonly totalFunded: Wei;
  readonly totalClaimed: Wei;
}

export type GetRewardsParameters = ReadOptions;

export type GetRewardsReturnType = RewardsState;

export type GetRewardsErrorType = AskErrorType;

/** By the contract's `Status`. */
const STATUSES: readonly RootStatus[] = ['none', 'proposed', 'challenged', 'final'];

interface ContractRoot {
  readonly root: Hex;
  readonly dataDigest: Hex;
  readonly total: bigint;
  readonly bond: bigint;
  readonly activeAt: bigint;
  readonly epoch: bigint;
  readonly proposer: Address;
  readonly status: number;
}

function toRoot({ root, dataDigest, total, bond, activeAt, epoch, proposer, status }: ContractRoot): RewardRoot {
  return {
    root,
    dataDigest,
    total: wei(total),
    epoch,
    activeAt: Number(activeAt),
    proposer,
    bond: wei(bond),
    status: STATUSES[status] ?? 'none',
  };
}

export async function getRewards(
  { rpc, contracts: { rewardsDistributor } }: SettlementClient,
  options?: GetRewardsParameters,
): Promise<GetRewardsReturnType> {
  const [current, pending, nextEpoch, totalFunded, totalClaimed] = await ask(
    () =>
      Promise.all([
        readContract(rpc, { ...rewardsDistributor, functionName: 'current' }),
        readContract(rpc, { ...rewardsDistributor, functionName: 'pending' }),
        readContract(rpc, { ...rewardsDistributor, functionName: 'nextEpoch' }),
        readContract(rpc, { ...rewardsDistributor, functionName: 'totalFunded' }),
        readContract(rpc, { ...rewardsDistributor, functionName: 'totalClaimed' }),
      ]),
    options,
  );
  return {
    current: toRoot(current),
    pending: toRoot(pending),
    nextEpoch,
    totalFunded: wei(totalFunded),
    totalClaimed: wei(totalClaimed),
  };
}
