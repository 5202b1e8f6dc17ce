// Brings stored events up to the chain's latest block: reads only blocks above the last stored one, and takes back what
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
/** A long range ends this many blocks below the latest, so that a usual reorg reads at most these again. */
export const REORG_DEPTH = 64;
/** How often the chain may change under one sync before it gives up. */
const MAX_ATTEMPTS = 32;

const NAMES = Object.keys(EVENTS) as EventName[];

/** The last block of the next range. */
function rangeEnd(fromBlock: number, head: number, span: number): number {
  const end = Math.min(fromBlock + span - 1, head);
  const settled = head - REORG_DEPTH;
  return fromBlock <= settled && end > settled ? settled : end;
}

/**
 * Reads what is missing and stores it. Rows and blocks of one commit belong to one chain: the range's last block has the
 * same hash before and after its logs are read, and the last stored block is canonical in between.
 *
 * A server whose latest block is behind the tables, on the same chain, changes nothing. Throws `CHAIN_UNSETTLED` when blocks
 * change at every attempt, `CHAIN_ANSWER_INVALID` for hostile answers.
 */
export async function syncEvents(parameters: SyncEventsParameters): Promise<void> {
  const { rpc, deployment, tables, maxSpan = MAX_SPAN, signal } = parameters;
  const scope = eventScope(deployment);
  const blockOf = (block: number | 'latest') => fetchBlock({ rpc, block, signal });

  let stored = await tables.blocks(scope);
  let span = maxSpan;

  /** Takes back the blocks that are no longer canonical. Returns whether there were any. */
  async function rewind(): Promise<boolean> {
    let length = stored.length;
    for (let last = stored[length - 1]; last !== undefined; last = stored[length - 1]) {
      if ((await blockOf(last.number))?.hash === last.hash) break;
      length -= 1;
    }
    if (length === stored.length) return false;
    const blocks = stored.slice(0, length);
    const deleteAbove = blocks.at(-1)?.number ?? -1;
    await commit({ deleteAbove, records: [], blocks });
    return true;
  }

  /** False when another tab was faster. `stored` is what the tables contain, either way. */
  async function commit(change: Pick<EventTablesChange, 'deleteAbove' | 'records' | 'blocks'>): Promise<boolean> {
    const applied = await tables.commit({ scope, expected: stored.at(-1)?.hash, ...change });
    stored = applied ? change.blocks : await tables.blocks(scope);
    return applied;
  }

  /** The logs of a range and its last block; undefined when the chain changed while they were read. */
  async function readRange(fromBlock: number, toBlock: number, head: BlockReference) {
    const last = stored.at(-1);
    const end = toBlock === head.number ? head : await blockOf(toBlock);
    const [records, lastNow] = await Promise.all([
      fetchLogs({ rpc, deployment, names: NAMES, fromBlock, toBlock, signal }),
      last === undefined ? undefined : blockOf(last.number),
    ]);
    const endNow = await blockOf(toBlock);
    if (end === undefined || endNow?.hash !== end.hash || lastNow?.hash !== last?.hash) return undefined;
    if (records.some(({ blockNumber, blockHash }) => blockNumber === toBlock && blockHash !== end.hash)) {
      throw invalidAnswer('blockHash', { block: toBlock });
    }
    return { records, end };
  }

  /** Reads range after range up to `head`. False when chain or tables changed meanwhile. */
  async function catchUp(head: BlockReference): Promise<boolean> {
    for (let last = stored.at(-1); last?.hash !== head.hash; last = stored.at(-1)) {
      signal?.throwIfAborted();
      const fromBlock = last === undefined ? deployment.fromBlock : last.number + 1;
      if (fromBlock > head.number) return last === undefined || !(await rewind());
      const toBlock = rangeEnd(fromBlock, head.number, span);
      let range: Awaited<ReturnType<typeof readRange>>;
      try {
        range = await readRange(fromBlock, toBlock, head);
      } catch (error) {
        span = smallerSpan(error, toBlock - fromBlock + 1);
        continue;
      }
      if (range === undefined) {
        await rewind();
        return false;
      }
      const blocks = [...stored, range.end].slice(-MAX_RECENT_BLOCKS);
      if (!(await commit({ deleteAbove: last?.number ?? -1, records: range.records, blocks }))) return false;
    }
    return true;
  }

  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const head = await blockOf('latest');
    if (head === undefined) throw invalidAnswer('block', { block: 'latest' });
    if (await catchUp(head)) return;
  }
  throw new TributaryError({
    code: 'CHAIN_UNSETTLED' satisfies SyncEventsErrorType,
    message: 'The chain’s blocks changed at every attempt to read them.',
    facts: { attempts: MAX_ATTEMPTS },
    hint: 'Wait a minute and try again, or choose another RPC server in the settings.',
  });
}
