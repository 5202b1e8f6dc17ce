// Pays out everything that the connected account earned.
import { TributaryError } from '../../lib/errors.ts';
import type { Wei } from '../../lib/units.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import { requireWallet } from '../client/requireWallet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';
import { type GetClaimableErrorType, getClaimable } from './getClaimable.ts';

export type ClaimParameters = WriteOptions;

export interface ClaimReturnType extends Confirmation {
  readonly amount: Wei;
}

export type ClaimErrorType =
  | WriteErrorType
  | GetClaimableErrorType
  | ContractErrorCode<'NothingToClaim' | 'BadProof' | 'RootExhausted'>;

/** Throws `REWARDS_NOTHING_TO_CLAIM` before anything is signed. */
export async function claim(client: SettlementClient, options?: ClaimParameters): Promise<ClaimReturnType> {
  const { address } = requireWallet(client);
  const { amount, cumulative, proof } = await getClaimable(client, { address, signal: options?.signal });
  if (amount === 0n) {
    throw new TributaryError({
      code: 'REWARDS_NOTHING_TO_CLAIM' satisfies ClaimErrorType,
      message: 'Everything you earned has already been claimed.',
      facts: { address },
      hint: 'Come back after the next epoch.',
    });
  }
  const args = [address, cumulative, proof, address] as const;
  const { confirmation } = await write(
    client,
    { ...client.contracts.rewardsDistributor, functionName: 'claim', args },
    options,
  );
  return { ...confirmation, amount };
}
