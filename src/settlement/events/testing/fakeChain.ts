// A chain in memory behind a fake RPC transport: blocks with logs, reorgs, limits, and whatever a hostile server answers.
import {
  createClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  stringToHex,
} from 'viem';
import type { Deployment } from '../../types/deployment.ts';
import { EVENTS, type EventArgs, type EventName } from '../eventReader.ts';

const address = (digit: number): Hex => `0x${String(digit).repeat(40)}`;
export const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;

export const deployment = {
  chainId: 31337,
  genesisHash: word(0xabc),
  fromBlock: 2,
  addresses: {
    datanetRegistry: address(1),
    modelRegistry: address(2),
    inferenceEscrow: address(3),
    rewardsDistributor: address(4),
  },
} as unknown as Deployment;

export type FakeEvent = { [Name in EventName]: { readonly name: Name; readonly args: EventArgs<Name> } }[EventName];

export const funded = (epoch: number, amount = 1): FakeEvent => ({
  name: 'Funded',
  args: { epoch: BigInt(epoch), modelId: word(7), toContributors: BigInt(amount), toAttestors: 0n },
});
export const datanetCreated = (id: number): FakeEvent => ({
  name: 'DatanetCreated',
  args: { datanetId: word(id), owner: address(8), metadataDigest: word(9), curator: address(0), minimumStake: 0n },
});

export interface RawLog {
  readonly [field: string]: unknown;
}

interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly events: readonly FakeEvent[];
}

/** A log as an RPC server sends it. */
export function rawLog({ name, args }: FakeEvent, { number, hash }: Omit<Block, 'events'>, logIndex: number): RawLog {
  const { abi, contract } = EVENTS[name];
  const data = abi.inputs.filter((input) => !input.indexed);
  return {
    address: deployment.addresses[contract],
    topics: encodeEventTopics({ abi: [abi], args } as never),
    data: encodeAbiParameters(data, data.map((input) => (args as Record<string, unknown>)[input.name]) as never),
    blockNumber: numberToHex(number),
    blockHash: hash,
    logIndex: numberToHex(logIndex),
    removed: false,
  };
}

export interface FakeChain {
  readonly rpc: ReturnType<typeof createClient>;
  /** Ranges of every `eth_getLogs`, refused ones included. */
  readonly ranges: (readonly [number, number])[];
  /** Every request's method. */
  readonly methods: string[];
  /** Called before each request is answered; may reorg, mine or throw. */
  onRequest: (() => void) | undefined;
  /** Changes the logs of an answer, as a hostile server would. */
  tamper: ((logs: readonly RawLog[]) => unknown) | undefined;
  /** Most blocks and logs of one answer. */
  limits: { blocks: number; logs: number };
  head(): number;
  mine(...blocks: readonly (readonly FakeEvent[])[]): void;
  /** Replaces the last `depth` blocks by others. */
  reorg(depth: number, blocks: readonly (readonly FakeEvent[])[]): void;
  /** The canonical logs of one name, as records should be. */
  canonical(name: EventName): readonly { id: string; blockHash: Hex; args: unknown }[];
}

export function fakeChain(): FakeChain {
  let made = 0;
  let blocks: Block[] = [];
  const append = (events: readonly FakeEvent[]): void => {
    made += 1;
    // A fresh hash for every block ever made: a dropped block never comes back.
    blocks.push({ number: blocks.length, hash: keccak256(stringToHex(`block ${made}`)), events });
  };
  for (let number = 0; number <= deployment.fromBlock; number += 1) append([]);

  const refuse = (code: number, message: string): never => {
    throw Object.assign(new Error(message), { code });
  };
  const logsOf = (from: number, to: number): RawLog[] =>
    blocks.slice(from, to + 1).flatMap((block) => block.events.map((event, index) => rawLog(event, block, index * 3)));

  function answer(method: string, params: readonly never[]): unknown {
    if (method === 'eth_getBlockByNumber') {
      const [tag] = params as readonly string[];
      const block = tag === 'latest' ? blocks.at(-1) : blocks[Number(tag)];
      return block === undefined ? null : { number: numberToHex(block.number), hash: block.hash };
    }
    if (method !== 'eth_getLogs') return refuse(-32601, `no method ${method}`);
    const [filter] = params as unknown as readonly { fromBlock: Hex; toBlock: Hex; topics: readonly unknown[] }[];
    const [from, to] = [Number(filter?.fromBlock), Number(filter?.toBlock)];
    chain.ranges.push([from, to]);
    if (to - from + 1 > chain.limits.blocks) refuse(-32602, 'block range is too large');
    const wanted = filter?.topics ?? [];
    const logs = logsOf(from, to).filter(({ topics }) =>
      wanted.every((topic, index) => topic === null || [topic].flat().includes((topics as readonly string[])[index])),
    );
    if (logs.length > chain.limits.logs) refuse(-32614, 'query returned too many results');
    return chain.tamper === undefined ? logs : chain.tamper(logs);
  }

  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    chain.methods.push(method);
    chain.onRequest?.();
    return answer(method, (params ?? []) as readonly never[]);
  };
  const chain: FakeChain = {
    rpc: createClient({ transport: custom({ request }, { retryCount: 0 }) }),
    ranges: [],
    methods: [],
    onRequest: undefined,
    tamper: undefined,
    limits: { blocks: Number.POSITIVE_INFINITY, logs: Number.POSITIVE_INFINITY },
    head: () => blocks.length - 1,
    mine: (...added) => added.forEach(append),
    reorg(depth, added) {
      blocks = blocks.slice(0, Math.max(deployment.fromBlock, blocks.length - depth));
      added.forEach(append);
    },
    canonical: (name) =>
      blocks.flatMap(({ number, hash, events }) =>
        events.flatMap((event, index) =>
          event.name === name
            ? [
                {
                  id: `${deployment.genesisHash}/${deployment.addresses[EVENTS[name].contract]}/${number}/${index * 3}`,
                  blockHash: hash,
                  args: event.args,
                },
              ]
            : [],
        ),
      ),
  };
  return chain;
}
