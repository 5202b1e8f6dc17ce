// Proposes the reward root of an epoch.

import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { Hex } from '../types/hex.ts';
import type { Ledger } from '../types/ledger.ts';
import type { WriteOptions } from '../types/options.ts';

export interface ProposeParameters extends WriteOptions {
  readonly ledger: Ledger;
  /** SHA-256 of the ledger's bytes, from `encodeLedger`. */
  readonly dataDigest: Hex;
}

export type ProposeReturnType = Confirmation;

export type ProposeErrorType =
  | WriteErrorType
  | ContractErrorCode<
      'RootPending' | 'WrongTotal' | 'NotBonded' | 'EpochSettled' | 'EpochOpen' | 'EpochEmpty' | 'EpochSkipped'
    >;

/** Locks the proposer's bond until the root is final or resolved. */
export async function propose(
  client: SettlementClient,
  { ledger, dataDigest, ...options }: ProposeParameters,
): Promise<ProposeReturnType> {
  const call = {
    ...client.contracts.rewardsDistributor,
    functionName: 'propose',
    args: [ledger.epoch, ledger.root, ledger.total, dataDigest],
  } as const;
  return (await write(client, call, options)).confirmation;
}
