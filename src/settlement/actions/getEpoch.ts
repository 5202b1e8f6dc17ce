// The epoch that runs now.
import { getBlock, readContract } from 'viem/actions';
import { type AskErrorType, ask } from '../client/ask.ts';
import { clockTag } from '../client/clockTag.ts';
import { read } from '../client/read.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { ReadOptions } from '../types/options.ts';

/** Times are seconds since 1970. */
export interface EpochState {
  readonly epoch: bigint;
  readonly startsAt: number;
  readonly endsAt: number;
  /** From this moment on its vouchers are refused. */
  readonly closesAt: number;
  /** The chain's own clock. */
  readonly now: number;
}

export type GetEpochParameters = ReadOptions;

export type GetEpochReturnType = EpochState;

export type GetEpochErrorType = AskErrorType;

export async function getEpoch(client: SettlementClient, options?: GetEpochParameters): Promise<GetEpochReturnType> {
  const { rpc, deployment, contracts } = client;
  const blockTag = clockTag(deployment);
  const [epoch, block] = await ask(
    () =>
      Promise.all([
        readContract(rpc, { ...contracts.inferenceEscrow, functionName: 'currentEpoch', blockTag }),
        getBlock(rpc, { blockTag }),
      ]),
    options,
  );
  const call = { ...contracts.inferenceEscrow, functionName: 'startsAt', args: [epoch] } as const;
  const startsAt = Number(await read(client, call, options));
  const endsAt = startsAt + deployment.profile.epochSeconds;
  return { epoch, startsAt, endsAt, closesAt: endsAt + deployment.profile.graceSeconds, now: Number(block.timestamp) };
}
