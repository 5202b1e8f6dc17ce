// All Datanets on chain.
import { readContract } from 'viem/actions';
import { type Wei, wei } from '../../lib/units.ts';
import { ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import type { EventReaderErrorType } from '../events/eventReader.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface DatanetRecord {
  readonly id: Hex;
  readonly owner: Address;
  /** SHA-256 of the Datanet's description. */
  readonly metadataDigest: Hex;
  /** Zero address: every contribution is accepted at once. */
  readonly curator: Address;
  readonly minimumStake: Wei;
  readonly contributions: number;
}

export type GetDatanetsParameters = ReadOptions;

export type GetDatanetsReturnType = readonly DatanetRecord[];

export type GetDatanetsErrorType = EventReaderErrorType;

/** In the order of their creation. */
export async function getDatanets(
  { rpc, events, contracts: { datanetRegistry } }: SettlementClient,
  options?: GetDatanetsParameters,
): Promise<GetDatanetsReturnType> {
  const created = await events.list({ name: 'DatanetCreated', ...options });
  const read = async ({ args: { datanetId } }: (typeof created)[number]): Promise<DatanetRecord> => {
    const record = await readContract(rpc, { ...datanetRegistry, functionName: 'datanet', args: [datanetId] });
    return {
      id: datanetId,
      owner: record.owner,
      metadataDigest: record.metadataDigest,
      curator: record.curator,
      minimumStake: wei(record.minimumStake),
      contributions: Number(record.contributions),
    };
  };
  return ask(() => Promise.all(created.map(read)), options);
}
