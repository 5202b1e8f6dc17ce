// All models on chain.
import { readContract } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export type ModelStatus = 'none' | 'proposed' | 'disputed' | 'active' | 'rejected' | 'retired';

export interface ModelRecord {
  readonly id: Hex;
  readonly owner: Address;
  readonly status: ModelStatus;
  /** The owner's share of each payment, in basis points (1/10,000). */
  readonly ownerBps: number;
  /** Wei of OPEN per 1,000 generated tokens, as the owner asks. */
  readonly price: Wei;
  readonly datanets: readonly Hex[];
  readonly baseModelDigest: Hex;
  readonly specificationDigest: Hex;
  readonly versions: number;
}

export type GetModelsParameters = ReadOptions;

export type GetModelsReturnType = readonly ModelRecord[];

export type GetModelsErrorType = EventReaderErrorType;

/** By the contract's `Status`. */
const STATUSES: readonly ModelStatus[] = ['none', 'proposed', 'disputed', 'active', 'rejected', 'retired'];

/** In the order in which they were proposed. */
export async function getModels(
  { rpc, events, contracts: { modelRegistry } }: SettlementClient,
  options?: GetModelsParameters,
): Promise<GetModelsReturnType> {
  const proposed = await events.list({ name: 'ModelProposed', ...options });
  const read = async ({ args: { modelId, datanets } }: (typeof proposed)[number]): Promise<ModelRecord> => {
    const [record, price] = await Promise.all([
      readContract(rpc, { ...modelRegistry, functionName: 'model', args: [modelId] }),
      readContract(rpc, { ...modelRegistry, functionName: 'priceOf', args: [modelId] }),
    ]);
    return {
      id: modelId,
      owner: record.owner,
      status: STATUSES[record.status] ?? 'none',
      ownerBps: record.ownerBps,
      price: wei(price),
      datanets,
      baseModelDigest: record.baseModelDigest,
      specificationDigest: record.specificationDigest,
      versions: record.versions,
    };
  };
  return ask(() => Promise.all(proposed.map(read)), options);
}
