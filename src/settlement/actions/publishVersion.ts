// Publishes a version of a model.
import { parseEventLogs } from 'viem';
import { modelRegistryAbi } from '../abi/modelRegistry.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { Hex } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';

export interface PublishVersionParameters extends WriteOptions {
  readonly modelId: Hex;
  readonly adapterDigest: Hex;
  readonly manifestDigest: Hex;
  readonly trainSetRoot: Hex;
}

export interface PublishVersionReturnType extends Confirmation {
  readonly version: number;
}

export type PublishVersionErrorType = WriteErrorType | ContractErrorCode<'UnknownModel' | 'NotOwner' | 'WrongStatus'>;

export async function publishVersion(
  client: SettlementClient,
  { modelId, adapterDigest, manifestDigest, trainSetRoot, ...options }: PublishVersionParameters,
): Promise<PublishVersionReturnType> {
  const args = [modelId, adapterDigest, manifestDigest, trainSetRoot] as const;
  const call = { ...client.contracts.modelRegistry, functionName: 'publishVersion', args } as const;
  const { confirmation, logs } = await write(client, call, options);
  const [published] = parseEventLogs({ abi: modelRegistryAbi, eventName: 'VersionPublished', logs });
  return { ...confirmation, version: Number(published?.args.version) };
}
