// The events of one range of blocks, decoded and checked against the request.
import { decodeEventLog, encodeEventTopics, numberToHex, toEventSelector } from 'viem';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { ChainClient } from '../client/chainClient.ts';
import type { Deployment } from '../types/deployment.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';
import { EVENTS, type EventArgs, type EventName, type EventRecord } from './eventReader.ts';
import { invalidAnswer } from './invalidAnswer.ts';
import { matchesArgs } from './matchesArgs.ts';
import { toHash, toQuantity } from './rpcValue.ts';

export interface FetchLogsParameters<Name extends EventName> extends ReadOptions {
  readonly rpc: Pick<ChainClient, 'request'>;
  readonly deployment: Pick<Deployment, 'genesisHash' | 'addresses'>;
  readonly names: readonly Name[];
  /** Indexed arguments; for a single name. */
  readonly args?: Partial<EventArgs<Name>> | undefined;
  readonly fromBlock: number;
  /** Included. */
  readonly toBlock: number;
}

export type FetchLogsReturnType<Name extends EventName> = readonly EventRecord<Name>[];

export type FetchLogsErrorType = AskErrorType | 'CHAIN_ANSWER_INVALID';

type Sources = ReadonlyMap<string, { readonly name: EventName; readonly address: Address }>;

interface RawLog {
  readonly address?: unknown;
  readonly topics?: unknown;
  readonly data?: unknown;
  readonly blockNumber?: unknown;
  readonly blockHash?: unknown;
  readonly logIndex?: unknown;
  readonly blockTimestamp?: unknown;
  readonly removed?: unknown;
}

function decodeArgs(name: EventName, topics: readonly unknown[], data: unknown, facts: { block: number }) {
  try {
    return decodeEventLog({ abi: [EVENTS[name].abi], topics: topics as [Hex, ...Hex[]], data: data as Hex }).args;
  } catch (cause) {
    throw invalidAnswer('arguments', { ...facts, event: name, cause: cause instanceof Error ? cause.name : 'unknown' });
  }
}

/** One log of the answer as a record. Throws `CHAIN_ANSWER_INVALID`. */
function decodeLog(raw: RawLog, sources: Sources, parameters: FetchLogsParameters<EventName>): EventRecord {
  const { deployment, fromBlock, toBlock } = parameters;
  const blockNumber = toQuantity(raw.blockNumber);
  if (blockNumber === undefined || blockNumber < fromBlock || blockNumber > toBlock) {
    throw invalidAnswer('range', { block: blockNumber ?? null, fromBlock, toBlock });
  }
  const facts = { block: blockNumber };
  const blockHash = toHash(raw.blockHash);
  if (blockHash === undefined) throw invalidAnswer('blockHash', facts);
  const logIndex = toQuantity(raw.logIndex);
  if (logIndex === undefined) throw invalidAnswer('logIndex', facts);
  if (raw.removed === true) throw invalidAnswer('removed', facts);
  const topics: readonly unknown[] = Array.isArray(raw.topics) ? raw.topics : [];
  const source = sources.get(String(topics[0]).toLowerCase());
  if (source === undefined) throw invalidAnswer('topic', facts);
  const { name, address } = source;
  if (String(raw.address).toLowerCase() !== address.toLowerCase()) throw invalidAnswer('address', facts);
  const timestamp = toQuantity(raw.blockTimestamp);
  return {
    id: `${deployment.genesisHash}/${address}/${blockNumber}/${logIndex}`.toLowerCase(),
    name,
    address,
    blockNumber,
    blockHash,
    logIndex,
    args: decodeArgs(name, topics, raw.data, facts) as EventArgs<EventName>,
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

/**
 * Sends one `eth_getLogs`. Throws `CHAIN_ANSWER_INVALID` for logs that are not of the range, the contracts or the events
 * asked for, that lack a block hash, that are out of order or doubled, or that give one block two hashes.
 */
export async function fetchLogs<Name extends EventName>(
  parameters: FetchLogsParameters<Name>,
): Promise<FetchLogsReturnType<Name>> {
  const { rpc, deployment, names, args, fromBlock, toBlock, signal } = parameters;
  const sources: Sources = new Map(
    names.map((name) => [
      toEventSelector(EVENTS[name].abi),
      { name, address: deployment.addresses[EVENTS[name].contract] },
    ]),
  );
  const [only] = names;
  const topics =
    args === undefined || only === undefined
      ? [[...sources.keys()]]
      : encodeEventTopics({ abi: [EVENTS[only].abi], args } as never);
  const filter = {
    address: [...new Set([...sources.values()].map(({ address }) => address))],
    topics,
    fromBlock: numberToHex(fromBlock),
    toBlock: numberToHex(toBlock),
  };
  const answer: unknown = await ask(() => rpc.request({ method: 'eth_getLogs', params: [filter as never] }), {
    signal,
  });
  if (!Array.isArray(answer)) throw invalidAnswer('logs', { fromBlock, toBlock });
  const records = answer.map((log: unknown) => decodeLog((log ?? {}) as RawLog, sources, parameters));
  for (const [index, record] of records.entries()) {
    const facts = { block: record.blockNumber, logIndex: record.logIndex };
    if (!matchesArgs(record, args as Partial<EventArgs<EventName>> | undefined)) throw invalidAnswer('topic', facts);
    const before = records[index - 1];
    if (before === undefined || before.blockNumber < record.blockNumber) continue;
    if (before.blockNumber > record.blockNumber || before.logIndex >= record.logIndex)
      throw invalidAnswer('order', facts);
    if (before.blockHash !== record.blockHash) throw invalidAnswer('blockHash', facts);
  }
  return records as readonly EventRecord[] as unknown as FetchLogsReturnType<Name>;
}
