// What an earlier page published, and went away before or after the node had it, over a node that takes everything.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ContributionRecord, database } from '../../store/index.ts';
import { contribution } from '../../store/testing/records.ts';
import { announceLeft } from './announceLeft.ts';
import { followContributions } from './contributions.ts';
import type * as State from './peers.ts';

const node = vi.hoisted(() => ({ announced: [] as string[], pending: [] as string[] }));
vi.mock('./peers.ts', async (original) => {
  const peers = {
    announce: async ({ cid }: { cid: string }) => {
      node.announced.push(cid);
      return 'sent';
    },
    pending: () => node.pending.map((cid) => ({ cid })),
    onChange: () => () => undefined,
    onWitness: () => () => undefined,
    subscribe: () => () => undefined,
  };
  return {
    ...(await original<typeof State>()),
    peers: async () => peers,
    followPeersIfOn: async (follow: (started: unknown) => void) => follow(peers),
  };
});

const queued: ContributionRecord = { ...contribution, state: 'queued' };
const announced = { ...(contribution.data as object), isAnnounced: true };
const clear = () => database().contributions.clear();
beforeEach(clear);
afterEach(clear);

test('what the node never had is announced; what left its queue is published; what waits there, and what is of others, is let be', async () => {
  node.pending = ['waiting'];
  await database().contributions.bulkPut([
    { ...queued, id: 'never had' },
    { ...queued, id: 'on the chain', state: 'registered' },
    { ...queued, id: 'sent', data: announced },
    { ...queued, id: 'waiting', data: announced },
    { ...queued, id: 'of others', mine: false, state: 'published' },
  ]);
  await followContributions();
  await announceLeft();
  const states = async () =>
    Object.fromEntries((await database().contributions.toArray()).map(({ id, state }) => [id, state]));
  await expect.poll(states).toEqual({
    'never had': 'published',
    'on the chain': 'registered',
    sent: 'published',
    waiting: 'queued',
    'of others': 'published',
  });
  await expect.poll(() => node.announced.toSorted()).toEqual(['never had', 'on the chain']);
});
