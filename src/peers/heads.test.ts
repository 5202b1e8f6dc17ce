import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { addOwn, flush, openAnnouncements } from './announcements.ts';
import { announceLost, createHeads, pull, schedulePulls, stopHeads } from './heads.ts';
import { answerHeads } from './headsExchange.ts';
import { type HeadsLog, openHeadsLog } from './headsLog.ts';
import { decodeAnnouncement } from './protocol.ts';
import { memoryState } from './testing/memoryState.ts';
import { streamPair } from './testing/streamPair.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const head = (scope: string) => ({ kind: 'contribution' as const, scope, cid, provider });

async function logOf(count: number): Promise<HeadsLog> {
  const log = await openHeadsLog({ state: memoryState() });
  for (let index = 0; index < count; index += 1) await log.add(head(String(index)));
  return log;
}

/** This node beside peers whose lists are `logs`; peers with a name that begins with "relay" are relays. */
async function world(logs: Readonly<Record<string, HeadsLog>>) {
  const published: string[] = [];
  const asked: string[] = [];
  const announcements = await openAnnouncements({
    id: provider,
    store: memoryState(),
    relays: new Set(['relay']),
    gossip: {
      hasSubscribers: () => true,
      async publish(bytes) {
        published.push(decodeAnnouncement(bytes)?.scope ?? 'malformed');
        return ['relay'];
      },
    },
    connectedRelays: () => ['relay'],
    async ask(_, { scope }) {
      asked.push(scope);
      return { verdict: { outcome: 'kept' }, witnesses: [] };
    },
    isWitnessTrue: async () => false,
    onLearned: () => undefined,
    onAnswered: () => undefined,
    now: () => 1,
  });
  const opened: string[] = [];
  const heads = createHeads({
    announcements,
    isRelay: (peer) => peer.startsWith('relay'),
    connectedRelays: () => Object.keys(logs).filter((peer) => peer.startsWith('relay')),
    async open(peer) {
      opened.push(peer);
      const [here, there] = streamPair(64_000);
      void answerHeads(there, logs[peer] as HeadsLog);
      return here;
    },
  });
  return { heads, announcements, opened, asked };
}

it('reads all pages of a relay, one of a browser, and later only what is new', async () => {
  const logs = { relay: await logOf(450), browser: await logOf(450) };
  const { heads, announcements, opened } = await world(logs);
  await pull(heads, 'browser');
  expect([announcements.log.all().length, opened.length]).toEqual([200, 1]);
  await pull(heads, 'relay');
  expect([announcements.log.all().length, opened.length]).toEqual([450, 4]);
  await logs.relay.add(head('new'));
  await pull(heads, 'relay');
  expect([announcements.log.all().at(-1)?.scope, opened.length]).toEqual(['new', 5]);
});

it('remembers how far it has read a thousand peers, those that it read last', async () => {
  const log = await logOf(1);
  const logs = Object.fromEntries(Array.from({ length: 1_002 }, (_, index) => [`browser ${index}`, log]));
  const { heads } = await world(logs);
  for (const peer of Object.keys(logs).slice(0, 1_000)) await pull(heads, peer);
  expect(heads.cursors.size).toBe(1_000);
  await pull(heads, 'browser 0');
  for (const peer of ['browser 1000', 'browser 1001']) await pull(heads, peer);
  expect([heads.cursors.size, ...[0, 1, 2, 3].map((index) => heads.cursors.has(`browser ${index}`))]).toEqual([
    1_000,
    true,
    false,
    false,
    true,
  ]);
  expect(heads.cursors.get('browser 0')).toEqual({ epoch: log.page({ epoch: '', after: 0 }).epoch, after: 1 });
});

it('asks a peer once at a time', async () => {
  const { heads, opened } = await world({ relay: await logOf(1) });
  await Promise.all([pull(heads, 'relay'), pull(heads, 'relay')]);
  expect(opened).toEqual(['relay']);
});

it('a peer that fails is asked again from where it was read up to', async () => {
  const log = await logOf(3);
  const logs: Record<string, HeadsLog> = { relay: log };
  const { heads, announcements } = await world(logs);
  await pull(heads, 'relay');
  logs['relay'] = { ...log, page: () => ({ epoch: 7, heads: [], last: 0, more: false }) as never };
  await expect(pull(heads, 'relay')).rejects.toMatchObject({ code: 'HEADS_MALFORMED' });
  const requests: unknown[] = [];
  logs['relay'] = {
    ...log,
    page: (request) => {
      requests.push(request.after);
      return log.page(request);
    },
  };
  await pull(heads, 'relay');
  expect([requests, announcements.log.all().length]).toEqual([[3], 3]);
});

it('announces again what a relay does not list, and asks none when there is nothing of its own', async () => {
  const relay = await logOf(2);
  const { heads, announcements, opened, asked } = await world({ relay });
  await announceLost(heads, 'relay');
  expect(opened).toEqual([]);
  for (const scope of ['1', 'lost']) await addOwn(announcements, head(scope));
  await flush(announcements);
  asked.length = 0;
  await announceLost(heads, 'relay');
  expect([asked, announcements.pending.size]).toEqual([['lost'], 0]);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks connected relays after 1, 2, 4, 8, 16 and each further 16 seconds, until it is stopped', async () => {
  const { heads, opened } = await world({ relay: await logOf(0), browser: await logOf(0) });
  schedulePulls(heads);
  schedulePulls(heads);
  for (const [seconds, count] of [
    [1, 1],
    [2, 2],
    [4, 3],
    [8, 4],
    [16, 5],
    [16, 6],
  ] as const) {
    await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1);
    expect(opened).toHaveLength(count - 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened).toHaveLength(count);
  }
  expect(new Set(opened)).toEqual(new Set(['relay']));
  stopHeads(heads);
  schedulePulls(heads);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened).toHaveLength(6);
});
