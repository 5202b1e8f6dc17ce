// Amount that the chain has collected of one channel.
import { type Wei, wei } from '../../lib/units.ts';
import { type ReadErrorType, read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { ReadOptions } from '../types/options.ts';
import type { Channel } from '../types/voucher.ts';

export type GetCollectedParameters = Pick<Channel, 'payer' | 'modelId' | 'epoch'> & ReadOptions;

/** Wei of OPEN, cumulative over the epoch. */
export type GetCollectedReturnType = Wei;

export type GetCollectedErrorType = ReadErrorType;

export async function getCollected(
  client: SettlementClient,
  { payer, modelId, epoch, signal }: GetCollectedParameters,
): Promise<GetCollectedReturnType> {
  const call = {
    ...client.contracts.inferenceEscrow,
    functionName: 'channels',
    args: [payer, modelId, epoch],
  } as const;
  const [collected] = await read(client, call, { signal });
  return wei(collected);
}
