import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Cid } from '../lib/units.ts';
import {
  type Announcements,
  type AnnouncementsPorts,
  addOwn,
  enqueue,
  flush,
  learn,
  openAnnouncements,
  subscribe,
  waitUntilSent,
} from './announcements.ts';
import { announcementKey, decodeAnnouncement } from './protocol.ts';
import { memoryState } from './testing/memoryState.ts';
import type { Announcement, ReceivedAnnouncement } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const named = (scope: string): Announcement => ({ kind: 'contribution', scope, cid });

interface World {
  readonly announcements: Announcements;
  /** Peers that gossip reaches; changed by the tests. */
  readonly reached: string[];
  readonly published: string[];
  readonly learned: ReceivedAnnouncement[];
  readonly sent: () => number;
}

async function world(change: Partial<AnnouncementsPorts> = {}, reached: string[] = []): Promise<World> {
  const published: string[] = [];
  const learned: ReceivedAnnouncement[] = [];
  let sent = 0;
  const announcements = await openAnnouncements({
    id: provider,
    store: memoryState(),
    relays: new Set(['relay']),
    gossip: {
      hasSubscribers: () => reached.length > 0,
      async publish(bytes) {
        published.push(decodeAnnouncement(bytes)?.scope ?? 'malformed');
        return [...reached];
      },
    },
    onLearned: (announcement) => learned.push(announcement),
    onSent: () => {
      sent += 1;
    },
    ...change,
  });
  return { announcements, reached, published, learned, sent: () => sent };
}

const scopes = (map: ReadonlyMap<string, Announcement>): string[] => [...map.values()].map(({ scope }) => scope);

it('keeps the queue over a restart until a relay has taken it; a peer alone does not count', async () => {
  const store = memoryState();
  const first = await world({ store });
  await addOwn(first.announcements, named('a'));
  await flush(first.announcements);
  expect([first.published, scopes(first.announcements.pending)]).toEqual([[], ['a']]);

  const second = await world({ store }, ['browser']);
  await flush(second.announcements);
  expect([second.published, scopes(second.announcements.pending)]).toEqual([['a'], ['a']]);
  second.reached.push('relay');
  await flush(second.announcements);
  expect([second.published, scopes(second.announcements.pending), second.sent()]).toEqual([['a', 'a'], [], 1]);

  const third = await world({ store }, ['relay']);
  await flush(third.announcements);
  expect([third.published, scopes(third.announcements.own)]).toEqual([[], ['a']]);
});

it('without any relay configured a peer is enough', async () => {
  const { announcements } = await world({ relays: new Set() }, ['browser']);
  await addOwn(announcements, named('a'));
  await flush(announcements);
  expect(announcements.pending.size).toBe(0);
});

it('sends each announcement once, however many ask at the same time', async () => {
  const { announcements, published } = await world({}, ['relay']);
  for (const scope of ['a', 'b']) await enqueue(announcements, named(scope));
  await Promise.all([flush(announcements), flush(announcements), flush(announcements)]);
  expect(published).toEqual(['a', 'b']);
  announcements.stopped = true;
  await enqueue(announcements, named('c'));
  await flush(announcements);
  expect(published).toEqual(['a', 'b']);
});

it('a malformed announcement leaves nothing behind', async () => {
  const store = memoryState();
  const { announcements, learned } = await world({ store });
  const before = (await store.entries()).length;
  await expect(addOwn(announcements, named('x'.repeat(257)))).rejects.toMatchObject({ code: 'ANNOUNCEMENT_INVALID' });
  expect([announcements.pending.size, announcements.own.size, learned.length]).toEqual([0, 0, 0]);
  expect(await store.entries()).toHaveLength(before);
});

it('remembers its newest 500 announcements', async () => {
  const { announcements } = await world();
  for (let index = 0; index < 502; index += 1) await addOwn(announcements, named(String(index)));
  expect([announcements.own.size, scopes(announcements.own)[0]]).toEqual([500, '2']);
});

it('tells listeners of each announcement once, those known from before first', async () => {
  const { announcements, learned } = await world();
  await learn(announcements, { ...named('a'), provider }, 'heads');
  const heard: string[] = [];
  const end = subscribe(announcements, ({ scope, via }) => heard.push(`${scope} ${via}`));
  for (const scope of ['a', 'b']) await learn(announcements, { ...named(scope), provider }, 'gossip');
  end();
  await learn(announcements, { ...named('c'), provider }, 'gossip');
  expect(heard).toEqual(['a heads', 'b gossip']);
  expect(learned.map(({ scope }) => scope)).toEqual(['a', 'b', 'c']);
  expect(announcements.providers.get(cid)).toBe(provider);
});

it('lists only what is admitted, decided once at a time', async () => {
  const decisions: PromiseWithResolvers<boolean>[] = [];
  const { announcements, learned } = await world({
    admit: () => {
      const decision = Promise.withResolvers<boolean>();
      decisions.push(decision);
      return decision.promise;
    },
  });
  const head = { ...named('a'), provider };
  const both = [learn(announcements, head, 'gossip'), learn(announcements, head, 'heads')];
  expect(decisions).toHaveLength(1);
  decisions[0]?.resolve(false);
  await Promise.all(both);
  expect([learned.length, announcements.log.all().length]).toEqual([0, 0]);
  // Refused once is not refused for good: its bytes may be within reach later.
  const again = learn(announcements, head, 'gossip');
  decisions[1]?.resolve(true);
  await again;
  expect(learned).toEqual([{ ...head, via: 'gossip' }]);
  // What is admitted while the node stops is not listed: its store is closed.
  const late = learn(announcements, { ...named('late'), provider }, 'gossip');
  announcements.stopped = true;
  decisions[2]?.resolve(true);
  await late;
  expect(announcements.log.has(named('late'))).toBe(false);
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('waits until an announcement is sent, and no longer than gossip takes to start', async () => {
  const { announcements, reached } = await world();
  await addOwn(announcements, named('a'));
  const ended: string[] = [];
  void waitUntilSent(announcements, named('a')).then(() => ended.push('sent'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(ended).toEqual([]);
  reached.push('relay');
  await flush(announcements);
  await vi.advanceTimersByTimeAsync(0);
  expect([ended, announcements.pending.has(announcementKey(named('a')))]).toEqual([['sent'], false]);
  await waitUntilSent(announcements, named('a'));

  reached.length = 0;
  await addOwn(announcements, named('b'));
  void waitUntilSent(announcements, named('b')).then(() => ended.push('late'));
  await vi.advanceTimersByTimeAsync(3_000);
  expect([ended, announcements.sentListeners.size]).toEqual([['sent', 'late'], 0]);
});
