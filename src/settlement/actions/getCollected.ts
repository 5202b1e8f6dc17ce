// Amount that the chain has collected of one channel.
import { type Wei, wei } from '../../lib/units.ts';
import { type ReadErrorType, read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { ChannelId } from '../nextVoucher.ts';
import type { ReadOptions } from '../types/options.ts';

export type GetCollectedParameters = ChannelId & ReadOptions;

/** Wei of OPEN, cumulative over the epoch. */
export type GetCollectedReturnType = Wei;

export type GetCollectedErrorType = ReadErrorType;

export async function getCollected(
  client: SettlementClient,
  { payer, signer, modelId, epoch, signal }: GetCollectedParameters,
): Promise<GetCollectedReturnType> {
  const call = {
    ...client.contracts.inferenceEscrow,
    functionName: 'channels',
    args: [payer, signer, modelId, epoch],
  } as const;
  const [collected] = await read(client, call, { signal });
  return wei(collected);
}
