// All published versions of one model.
import { readContract } from 'viem/actions';
import { ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface ModelVersion {
  readonly modelId: Hex;
  readonly version: number;
  readonly adapterDigest: Hex;
  readonly manifestDigest: Hex;
  readonly trainSetRoot: Hex;
  /** Seconds since 1970. */
  readonly at: number;
}

export interface GetVersionsParameters extends ReadOptions {
  readonly modelId: Hex;
}

export type GetVersionsReturnType = readonly ModelVersion[];

export type GetVersionsErrorType = EventReaderErrorType;

/** In the order in which they were published. */
export async function getVersions(
  { rpc, events, contracts: { modelRegistry } }: SettlementClient,
  { modelId, ...options }: GetVersionsParameters,
): Promise<GetVersionsReturnType> {
  const published = await events.list({ name: 'VersionPublished', args: { modelId }, ...options });
  const read = async ({ args: { version } }: (typeof published)[number]): Promise<ModelVersion> => {
    const call = { ...modelRegistry, functionName: 'versionOf', args: [modelId, version] } as const;
    const { adapterDigest, manifestDigest, trainSetRoot, publishedAt } = await readContract(rpc, call);
    return { modelId, version, adapterDigest, manifestDigest, trainSetRoot, at: Number(publishedAt) };
  };
  return ask(() => Promise.all(published.map(read)), options);
}
