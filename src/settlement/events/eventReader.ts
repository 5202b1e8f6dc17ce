// The events that the actions read, and the port through which they read them.
import { getAbiItem, type Log } from 'viem';
import { datanetRegistryAbi } from '../abi/datanetRegistry.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { modelRegistryAbi } from '../abi/modelRegistry.ts';
import { rewardsDistributorAbi } from '../abi/rewardsDistributor.ts';
import type { AskErrorType } from '../client/ask.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

/** Each event that is read, with the contract that emits it. A new entry makes stored tables start again: see `eventScope`. */
export const EVENTS = {
  DatanetCreated: {
    contract: 'datanetRegistry',
    abi: getAbiItem({ abi: datanetRegistryAbi, name: 'DatanetCreated' }),
  },
  Contributed: { contract: 'datanetRegistry', abi: getAbiItem({ abi: datanetRegistryAbi, name: 'Contributed' }) },
  ModelProposed: { contract: 'modelRegistry', abi: getAbiItem({ abi: modelRegistryAbi, name: 'ModelProposed' }) },
  VersionPublished: { contract: 'modelRegistry', abi: getAbiItem({ abi: modelRegistryAbi, name: 'VersionPublished' }) },
  Funded: { contract: 'rewardsDistributor', abi: getAbiItem({ abi: rewardsDistributorAbi, name: 'Funded' }) },
  VoucherCollected: {
    contract: 'inferenceEscrow',
    abi: getAbiItem({ abi: inferenceEscrowAbi, name: 'VoucherCollected' }),
  },
} as const;

export type EventName = keyof typeof EVENTS;

export type EventArgs<Name extends EventName> = Log<bigint, number, false, (typeof EVENTS)[Name]['abi'], true>['args'];

/** One event of one block. Survives structured clone; any indexer that reads the same chain writes the same record. */
export interface EventRecord<Name extends EventName = EventName> {
  /** `genesisHash/address/blockNumber/logIndex`, lower case. */
  readonly id: string;
  readonly name: Name;
  readonly address: Address;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly args: EventArgs<Name>;
  /** Seconds since 1970, where the RPC server sends it with the log. */
  readonly timestamp?: number;
}

/** `CHAIN_ANSWER_INVALID`: the server sent logs or blocks that contradict the request; `CHAIN_UNSETTLED`: blocks changed at every attempt. */
export type EventReaderErrorType = AskErrorType | 'CHAIN_ANSWER_INVALID' | 'CHAIN_UNSETTLED';

export interface EventReader {
  /** All events of one name whose indexed arguments equal `args`, ascending by block and log index. */
  list<Name extends EventName>(
    parameters: { readonly name: Name; readonly args?: Partial<EventArgs<Name>> } & ReadOptions,
  ): Promise<readonly EventRecord<Name>[]>;
}
