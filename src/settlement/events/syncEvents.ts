// Brings stored events up to the chain's latest block: reads only new blocks and the tip before them, and takes back what
// came from blocks that a reorg dropped. Can be killed between any two steps: each commit is one transaction.
import { TributaryError } from '../../lib/errors.ts';
import type { ChainClient } from '../client/chainClient.ts';
import type { Deployment } from '../types/deployment.ts';
import type { ReadOptions } from '../types/options.ts';
import { EVENTS, type EventName } from './eventReader.ts';
import { eventScope } from './eventScope.ts';
import type { BlockReference, EventTables, EventTablesChange } from './eventTables.ts';
import { type FetchBlockErrorType, fetchBlock } from './fetchBlock.ts';
import { type FetchLogsErrorType, fetchLogs } from './fetchLogs.ts';
import { invalidAnswer } from './invalidAnswer.ts';
import { smallerSpan } from './smallerSpan.ts';

export interface SyncEventsParameters extends ReadOptions {
  readonly rpc: Pick<ChainClient, 'request'>;
  readonly deployment: Pick<Deployment, 'genesisHash' | 'fromBlock' | 'addresses'>;
  readonly tables: EventTables;
  /** Most blocks per request. */
  readonly maxSpan?: number;
}

/** Rejections of `tables` pass through as they are. */
export type SyncEventsErrorType = FetchBlockErrorType | FetchLogsErrorType | 'CHAIN_UNSETTLED';

/** What most public RPC servers allow in one request. */
const MAX_SPAN = 10_000;
/** Block hashes stored to find the fork of a reorg; when none of them is canonical, everything is read again. */
export const MAX_RECENT_BLOCKS = 128;
/**
 * The newest blocks, read again when there are newer ones. Behind one RPC server stand several nodes, and one that is a few
 * blocks late leaves their logs out; a later sync finds them. The logs of a usual reorg are replaced by the same request.
 */
export const TIP_BLOCKS = 64;
/** How often the chain may change under one sync before it gives up, unless the tables grew meanwhile. */
const MAX_ATTEMPTS = 32;

const NAMES = Object.keys(EVENTS) as EventName[];

/** The last block of the next range. A long one leaves the tip to a range of its own, which the next sync reads again. */
function rangeEnd(fromBlock: number, head: number, span: number): number {
  const end = Math.min(fromBlock + span - 1, head);
  return head - fromBlock >= 2 * TIP_BLOCKS ? Math.min(end, head - TIP_BLOCKS) : end;
}

/**
 * Reads what is missing and stores it. Rows and blocks of one commit belong to one chain: the range's last block has the
 * same hash before and after its logs are read, and the block before the range is canonical in between.
 *
 * Without new blocks it reads no logs, and a server that is behind the tables, on the same chain, changes nothing. Throws
 * `CHAIN_UNSETTLED` when blocks change at every attempt, `CHAIN_ANSWER_INVALID` for hostile answers.
 */
export async function syncEvents(parameters: SyncEventsParameters): Promise<void> {
  const { rpc, deployment, tables, maxSpan = MAX_SPAN, signal } = parameters;
  const scope = eventScope(deployment);
  const blockOf = (block: number | 'latest') => fetchBlock({ rpc, block, signal });

  const isCanonical = async ({ number, hash }: BlockReference) => (await blockOf(number))?.hash === hash;
  /** What the tables contain. */
  let stored = await tables.blocks(scope);
  let span = maxSpan;

  /** False when another tab was faster. */
  async function commit(change: Pick<EventTablesChange, 'deleteAbove' | 'records' | 'blocks'>): Promise<boolean> {
    const applied = await tables.commit({ scope, expected: stored.at(-1)?.hash, ...change });
    stored = applied ? change.blocks : await tables.blocks(scope);
    return applied;
  }

  /** Deletes what is above the newest canonical block of `base`. */
  async function takeBack(base: readonly BlockReference[]): Promise<void> {
    let blocks = base;
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (await isCanonical(last)) break;
      blocks = blocks.slice(0, -1);
    }
    await commit({ deleteAbove: blocks.at(-1)?.number ?? -1, records: [], blocks });
  }

  /** The logs between `last` and `toBlock`, and that block; undefined when the chain changed while they were read. */
  async function readRange(last: BlockReference | undefined, fromBlock: number, toBlock: number, head: BlockReference) {
    const end = toBlock === head.number ? head : await blockOf(toBlock);
    const [records, connected] = await Promise.all([
      fetchLogs({ rpc, deployment, names: NAMES, fromBlock, toBlock, signal }),
      last === undefined || isCanonical(last),
    ]);
    if (end === undefined || !connected || !(await isCanonical(end))) return undefined;
    if (records.some(({ blockNumber, blockHash }) => blockNumber === toBlock && blockHash !== end.hash)) {
      throw invalidAnswer('blockHash', { block: toBlock });
    }
    return { records, end };
  }

  /** Reads range after range up to the latest block. False when chain or tables changed meanwhile. */
  async function catchUp(): Promise<boolean> {
    const head = await blockOf('latest');
    if (head === undefined) throw invalidAnswer('block', { block: 'latest' });
    const tip = stored.at(-1);
    if (tip !== undefined && head.number <= tip.number && (head.hash === tip.hash || (await isCanonical(tip))))
      return true;
    let base = stored.filter(({ number }) => tip !== undefined && number <= tip.number - TIP_BLOCKS);
    while (stored.at(-1)?.hash !== head.hash) {
      const last = base.at(-1);
      const fromBlock = last === undefined ? deployment.fromBlock : last.number + 1;
      if (fromBlock > head.number) {
        if (stored.length === 0) return true;
        await takeBack(base);
        return false;
      }
      const toBlock = rangeEnd(fromBlock, head.number, span);
      let range: Awaited<ReturnType<typeof readRange>>;
      try {
        range = await readRange(last, fromBlock, toBlock, head);
      } catch (error) {
        span = smallerSpan(error, toBlock - fromBlock + 1);
        continue;
      }
      if (range === undefined) {
        if (last !== undefined && !(await isCanonical(last))) await takeBack(base);
        return false;
      }
      base = [...base, range.end].slice(-MAX_RECENT_BLOCKS);
      if (!(await commit({ deleteAbove: last?.number ?? -1, records: range.records, blocks: base }))) return false;
    }
    return true;
  }

  let furthest = -1;
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    if (await catchUp()) return;
    const reached = stored.at(-1)?.number ?? -1;
    // Another tab that is faster at every range of a long history leaves less to read each time.
    if (reached > furthest) attempts = 0;
    furthest = Math.max(furthest, reached);
  }
  throw new TributaryError({
    code: 'CHAIN_UNSETTLED' satisfies SyncEventsErrorType,
    message: 'The chain’s blocks changed at every attempt to read them.',
    facts: { attempts: MAX_ATTEMPTS },
    hint: 'Wait a minute and try again, or choose another RPC server in the settings.',
  });
}
