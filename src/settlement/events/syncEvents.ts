// Brings stored events up to the chain's latest block: reads only blocks above the last stored one, and takes back what
// came from blocks that a reorg dropped. Can be killed between any two steps: each commit is one transaction.
import { TributaryError } from '../../lib/errors.ts';
import type { ChainClient } from '../client/chainClient.ts';
import type { Deployment } from '../types/deployment.ts';
import type { ReadOptions } from '../types/options.ts';
import { EVENTS, type EventName } from './eventReader.ts';
import { eventScope } from './eventScope.ts';
import type { BlockReference, EventTables } from './eventTables.ts';
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
const MAX_RESTARTS = 32;

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

  /** Takes back the blocks that are no longer canonical. Returns what is stored then; `stored` itself when all of it is. */
  async function rewind(stored: readonly BlockReference[]): Promise<readonly BlockReference[]> {
    let length = stored.length;
    for (let last = stored[length - 1]; last !== undefined; last = stored[length - 1]) {
      if ((await blockOf(last.number))?.hash === last.hash) break;
      length -= 1;
    }
    if (length === stored.length) return stored;
    const blocks = stored.slice(0, length);
    const deleteAbove = blocks.at(-1)?.number ?? -1;
    const change = { scope, expected: stored.at(-1)?.hash, deleteAbove, records: [], blocks };
    return (await tables.commit(change)) ? blocks : tables.blocks(scope);
  }

  let span = maxSpan;
  let stored = await tables.blocks(scope);
  for (let restarts = 0; restarts < MAX_RESTARTS; restarts += 1) {
    const head = await blockOf('latest');
    if (head === undefined) throw invalidAnswer('block', { block: 'latest' });
    for (;;) {
      signal?.throwIfAborted();
      const last = stored.at(-1);
      if (last?.hash === head.hash) return;
      const fromBlock = last === undefined ? deployment.fromBlock : last.number + 1;
      if (fromBlock > head.number) {
        if (last === undefined) return;
        const before = stored;
        stored = await rewind(before);
        if (stored === before) return;
        break;
      }
      const toBlock = rangeEnd(fromBlock, head.number, span);
      const end = toBlock === head.number ? head : await blockOf(toBlock);
      if (end === undefined) break;
      let answers: [Awaited<ReturnType<typeof fetchLogs>>, BlockReference | undefined];
      try {
        answers = await Promise.all([
          fetchLogs({ rpc, deployment, names: NAMES, fromBlock, toBlock, signal }),
          last === undefined ? undefined : blockOf(last.number),
        ]);
      } catch (error) {
        span = smallerSpan(error, toBlock - fromBlock + 1);
        continue;
      }
      const [records, lastNow] = answers;
      const endNow = await blockOf(toBlock);
      if (endNow?.hash !== end.hash || lastNow?.hash !== last?.hash) {
        stored = await rewind(stored);
        break;
      }
      const contradiction = records.find(
        ({ blockNumber, blockHash }) => blockNumber === toBlock && blockHash !== end.hash,
      );
      if (contradiction !== undefined) throw invalidAnswer('blockHash', { block: toBlock });
      const blocks = [...stored, end].slice(-MAX_RECENT_BLOCKS);
      const change = { scope, expected: last?.hash, deleteAbove: last?.number ?? -1, records, blocks };
      if (!(await tables.commit(change))) {
        stored = await tables.blocks(scope);
        break;
      }
      stored = blocks;
    }
  }
  throw new TributaryError({
    code: 'CHAIN_UNSETTLED' satisfies SyncEventsErrorType,
    message: 'The chain’s blocks changed at every attempt to read them.',
    facts: { attempts: MAX_RESTARTS },
    hint: 'Wait a minute and try again, or choose another RPC server in the settings.',
  });
}
