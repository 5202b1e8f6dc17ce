// Epochs that are to be settled.
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { ReadOptions } from '../types/options.ts';

export interface GetFundedEpochsParameters extends ReadOptions {
  /** The first epoch of interest, usually `RewardsState.nextEpoch`. */
  readonly from: bigint;
}

export type GetFundedEpochsReturnType = readonly bigint[];

export type GetFundedEpochsErrorType = EventReaderErrorType;

/** Epochs from `from` on into which money was paid, ascending; idle epochs are left out. */
export async function getFundedEpochs(
  { events }: Pick<SettlementClient, 'events'>,
  { from, ...options }: GetFundedEpochsParameters,
): Promise<GetFundedEpochsReturnType> {
  const funded = await events.list({ name: 'Funded', ...options });
  const epochs = new Set(funded.map(({ args }) => args.epoch).filter((epoch) => epoch >= from));
  return [...epochs].sort((a, b) => (a < b ? -1 : 1));
}
