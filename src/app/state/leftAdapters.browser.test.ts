// An adapter that an earlier page published, and went away before the node had it, over a node that takes everything.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AdapterRecord, database } from '../../store/index.ts';
import { adapter } from '../../store/testing/records.ts';
import { adapterData } from '../../workflows/adapters/adapterRecord.ts';
import type * as State from './peers.ts';
import { announceLeftAdapters } from './publishTrainedAdapter.ts';

const node = vi.hoisted(() => ({ announced: [] as string[] }));
vi.mock('./peers.ts', async (original) => {
  const peers = {
    announce: async ({ cid }: { cid: string }) => {
      node.announced.push(cid);
      return 'queued';
    },
    subscribe: () => () => undefined,
  };
  return {
    ...(await original<typeof State>()),
    peers: async () => peers,
    followPeersIfOn: async (follow: (started: unknown) => void) => follow(peers),
  };
});

const clear = () => database().adapters.clear();
beforeEach(clear);
afterEach(clear);

test('what was published here and the node never had is announced, and nothing else', async () => {
  const of = (id: string, change: Partial<AdapterRecord>): AdapterRecord => ({ ...adapter, id, ...change });
  await database().adapters.bulkPut([
    of('never had', { manifestCid: 'cid 1', data: { runId: 'r' } }),
    of('announced', { manifestCid: 'cid 2', data: { runId: 'r', isAnnounced: true } }),
    of('of a peer', { manifestCid: 'cid 3', data: {} }),
    of('not published', { data: { runId: 'r' } }),
  ]);
  await announceLeftAdapters();
  await expect.poll(async () => adapterData((await database().adapters.get('never had')) ?? {}).isAnnounced).toBe(true);
  expect(node.announced).toEqual(['cid 1']);
});
