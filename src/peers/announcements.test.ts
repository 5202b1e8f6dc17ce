import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import type { Cid } from '../lib/units.ts';
import {
  type Announcements,
  type AnnouncementsPorts,
  addOwn,
  answerTo,
  deliveries,
  flush,
  type Keeping,
  learn,
  markLost,
  openAnnouncements,
  subscribe,
  waitForAnswer,
} from './announcements.ts';
import { type Answer, announcementKey, decodeAnnouncement } from './protocol.ts';
import { memoryState } from './testing/memoryState.ts';
import type { Announcement, ReceivedAnnouncement, Verdict, Witness } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const named = (scope: string): Announcement => ({ kind: 'contribution', scope, cid });

interface World {
  readonly announcements: Announcements;
  /** What each relay that is connected says to an announcement; changed by the tests. */
  readonly relays: Map<string, (announcement: Announcement) => Verdict | Promise<Answer>>;
  readonly asked: string[];
  readonly published: string[];
  readonly learned: ReceivedAnnouncement[];
  readonly answered: () => number;
  readonly advance: (milliseconds: number) => void;
}

const KEPT: Verdict = { outcome: 'kept' };
const FULL: Verdict = { outcome: 'later', code: 'STORAGE_FULL', message: 'Full.', retryAfterSeconds: 10 };
const QUOTA: Verdict = { outcome: 'refused', code: 'QUOTA_EXCEEDED', message: 'Used up.', facts: { limit: 5 } };

async function world(change: Partial<AnnouncementsPorts> = {}, says: Record<string, Verdict> = {}): Promise<World> {
  const relays: World['relays'] = new Map(Object.entries(says).map(([relay, verdict]) => [relay, () => verdict]));
  const published: string[] = [];
  const asked: string[] = [];
  const learned: ReceivedAnnouncement[] = [];
  let answered = 0;
  let time = 1_700_000_000_000;
  const announcements = await openAnnouncements({
    id: provider,
    store: memoryState(),
    relays: new Set(['relay', 'other']),
    gossip: {
      hasSubscribers: () => true,
      async publish(bytes) {
        published.push(decodeAnnouncement(bytes)?.scope ?? 'malformed');
        return ['browser'];
      },
    },
    connectedRelays: () => [...relays.keys()],
    async ask(relay, announcement) {
      asked.push(`${relay} ${announcement.scope}`);
      const said = await relays.get(relay)?.(announcement);
      if (said === undefined) throw new Error('gone');
      return 'verdict' in said ? said : { verdict: said, witnesses: [] };
    },
    isWitnessTrue: async ({ signature }) => signature[0] === 1,
    onLearned: (announcement) => learned.push(announcement),
    onAnswered: () => {
      answered += 1;
    },
    now: () => time,
    ...change,
  });
  const advance = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { announcements, relays, asked, published, learned, answered: () => answered, advance };
}

/** A node that keeps what `admit` says. */
const keepingBy = (admit: Keeping['admit']): Keeping => ({
  opened: async () => undefined,
  admit,
  isKept: () => true,
  forget: () => undefined,
});

const scopes = (map: ReadonlyMap<string, Announcement>): string[] => [...map.values()].map(({ scope }) => scope);

it('waits in the queue, over a restart, until a relay keeps it; who only hears of it does not count', async () => {
  const store = memoryState();
  const first = await world({ store });
  await addOwn(first.announcements, named('a'));
  await flush(first.announcements);
  expect([first.published, scopes(first.announcements.pending)]).toEqual([['a'], ['a']]);

  const second = await world({ store }, { relay: FULL });
  await flush(second.announcements);
  expect([second.asked, scopes(second.announcements.pending), second.answered()]).toEqual([['relay a'], ['a'], 1]);

  const third = await world({ store }, { relay: KEPT });
  expect(deliveries(third.announcements)[0]?.answers).toMatchObject([{ ...FULL, relay: 'relay', failures: 1 }]);
  await flush(third.announcements);
  expect(third.asked).toEqual([]);
  third.advance(15_000);
  await flush(third.announcements);
  expect([third.asked, scopes(third.announcements.pending)]).toEqual([['relay a'], []]);

  const fourth = await world({ store }, { relay: KEPT });
  await flush(fourth.announcements);
  expect([fourth.asked, scopes(fourth.announcements.own)]).toEqual([[], ['a']]);
  expect(deliveries(fourth.announcements)).toMatchObject([
    { announcement: named('a'), answers: [{ relay: 'relay', outcome: 'kept', failures: 0 }] },
  ]);
});

it('witnesses at its start what it listed before it witnessed anything, once and in order', async () => {
  const store = memoryState();
  const before = await world({ store });
  for (const scope of ['first', 'second']) await learn(before.announcements, { ...named(scope), provider }, 'gossip');

  let sequence = 0;
  const witness = async ({ cid: seen }: ReceivedAnnouncement): Promise<Witness> => {
    sequence += 1;
    return { cid: seen, relay: provider, sequence, time: sequence, signature: new Uint8Array([1]) };
  };
  for (const _ of ['start', 'start again']) {
    const { announcements } = await world({ store, witness });
    const told = [];
    for (const scope of ['first', 'second'])
      told.push(await answerTo(announcements, { ...named(scope), provider: 'somebody' }));
    expect(told).toMatchObject([{ witnesses: [{ sequence: 1 }] }, { witnesses: [{ sequence: 2 }] }]);
  }
  expect(sequence).toBe(2);
});

it('where no relay is configured nobody keeps it, and it waits', async () => {
  const { announcements, published } = await world({ relays: new Set() });
  await addOwn(announcements, named('a'));
  await flush(announcements);
  expect([published, announcements.pending.size]).toEqual([['a'], 1]);
});

it('tells what each relay said, and asks again after pauses that grow', async () => {
  const { announcements, relays, asked, advance } = await world({}, { relay: QUOTA, other: FULL });
  await addOwn(announcements, named('a'));
  await flush(announcements);
  expect(deliveries(announcements)[0]?.answers).toMatchObject([
    { ...QUOTA, relay: 'relay' },
    { ...FULL, relay: 'other' },
  ]);
  for (const [seconds, who] of [
    [14, []],
    [1, ['other a']],
    [29, []],
    [1, ['other a']],
    [15, ['relay a']],
    [119, ['other a']],
    [1, ['relay a']],
  ] as const) {
    asked.length = 0;
    advance(seconds * 1_000);
    await flush(announcements);
    expect(asked, `${seconds} s later`).toEqual(who);
  }
  // A relay that is reached again may have been emptied, or have another owner: it is asked at once.
  relays.set('other', () => KEPT);
  announcements.answers.wake('other');
  asked.length = 0;
  await flush(announcements);
  expect([asked, announcements.pending.size]).toEqual([['other a'], 0]);
  await flush(announcements);
  expect(asked).toEqual(['other a']);
});

it('what is announced while a relay thinks about another one does not wait for it', async () => {
  const slow = Promise.withResolvers<Answer>();
  const { announcements, relays, asked } = await world();
  relays.set('relay', ({ scope }) => (scope === 'slow' ? slow.promise : KEPT));
  await addOwn(announcements, named('slow'));
  const flushing = flush(announcements);
  for (const scope of ['b', 'c', 'd', 'e', 'f', 'g']) await addOwn(announcements, named(scope));
  void flush(announcements);
  await eventually(() => expect(scopes(announcements.pending)).toEqual(['slow']));
  expect(asked.filter((each) => each === 'relay slow')).toHaveLength(1);
  slow.resolve({ verdict: KEPT, witnesses: [] });
  await flushing;
  expect(announcements.pending.size).toBe(0);
});

it('a relay that goes away in the middle is asked again, and is no reason to ask the others again', async () => {
  const { announcements, relays, asked } = await world({}, { other: KEPT });
  relays.set('relay', () => Promise.reject(new Error('gone')));
  for (const scope of ['a', 'b']) await addOwn(announcements, named(scope));
  await flush(announcements);
  expect([asked.toSorted(), announcements.pending.size]).toEqual([['other a', 'other b', 'relay a', 'relay b'], 0]);
  relays.set('relay', () => KEPT);
  asked.length = 0;
  await flush(announcements);
  expect(asked.toSorted()).toEqual(['relay a', 'relay b']);
});

it('what its only relay has lost waits again', async () => {
  const { announcements, asked } = await world({}, { relay: KEPT, other: QUOTA });
  for (const scope of ['a', 'b']) await addOwn(announcements, named(scope));
  await flush(announcements);
  asked.length = 0;
  await markLost(announcements, 'relay', new Set([announcementKey(named('a'))]));
  expect(scopes(announcements.pending)).toEqual(['b']);
  await flush(announcements);
  expect([asked, announcements.pending.size]).toEqual([['relay b'], 0]);
});

it('asks about each announcement once, however many ask at the same time', async () => {
  const { announcements, asked } = await world({}, { relay: KEPT });
  for (const scope of ['a', 'b']) await addOwn(announcements, named(scope));
  await Promise.all([flush(announcements), flush(announcements), flush(announcements)]);
  expect(asked).toEqual(['relay a', 'relay b']);
  announcements.stopped = true;
  await addOwn(announcements, named('c'));
  await flush(announcements);
  expect(asked).toEqual(['relay a', 'relay b']);
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
  const decisions: PromiseWithResolvers<Verdict>[] = [];
  const { announcements, learned } = await world({
    keeping: keepingBy(() => {
      const decision = Promise.withResolvers<Verdict>();
      decisions.push(decision);
      return decision.promise;
    }),
  });
  const head = { ...named('a'), provider };
  const both = [learn(announcements, head, 'gossip'), learn(announcements, head, 'heads')];
  expect(decisions).toHaveLength(1);
  decisions[0]?.resolve(QUOTA);
  expect(await Promise.all(both)).toEqual([QUOTA, QUOTA]);
  expect([learned.length, announcements.log.all().length]).toEqual([0, 0]);
  // Refused once is not refused for good: its bytes may be within reach later.
  const again = learn(announcements, head, 'gossip');
  decisions[1]?.resolve(KEPT);
  await again;
  expect(learned).toEqual([{ ...head, via: 'gossip' }]);
  // What is admitted while the node stops is not listed: its store is closed.
  const late = learn(announcements, { ...named('late'), provider }, 'gossip');
  announcements.stopped = true;
  decisions[2]?.resolve(KEPT);
  await late;
  expect(announcements.log.has(named('late'))).toBe(false);
});

describe('a node that keeps bytes', () => {
  it('asks where each announcer is before the bytes come, and lists it by that place', async () => {
    const places: string[] = [];
    const decision = Promise.withResolvers<Verdict>();
    let place = '192.0.2.1';
    const { announcements } = await world({
      placeOf: () => place,
      keeping: keepingBy((_, from) => {
        places.push(from);
        return decision.promise;
      }),
    });
    const judged = learn(announcements, { ...named('a'), provider }, 'gossip');
    place = '';
    decision.resolve(KEPT);
    await judged;
    expect([places, announcements.log.has(named('a'))]).toEqual([['192.0.2.1'], true]);
  });

  it('decides for each announcer apart: nobody waits for the turn of another who made the same', async () => {
    const asked: string[] = [];
    const { announcements } = await world({
      keeping: keepingBy((head) => {
        asked.push(head.provider);
        return head.provider === 'slow' ? new Promise<Verdict>(() => undefined) : Promise.resolve(KEPT);
      }),
    });
    void learn(announcements, { ...named('a'), provider: 'slow' }, 'gossip');
    expect(await learn(announcements, { ...named('a'), provider }, 'gossip')).toEqual(KEPT);
    expect([asked, announcements.log.all().length]).toEqual([['slow', provider], 1]);
  });

  it('lists nothing whose bytes it does not have: not what is gone when it is decided, nor at its start', async () => {
    const store = memoryState();
    const kept = new Set(['a', 'b']);
    const opened: string[][] = [];
    const keeping: Keeping = {
      opened: async (listed) => void opened.push(listed.map(({ scope }) => scope)),
      admit: async () => KEPT,
      isKept: ({ scope }) => kept.has(scope),
      forget: () => undefined,
    };
    const first = await world({ store, keeping });
    const said = [];
    for (const scope of ['a', 'b', 'c'])
      said.push((await learn(first.announcements, { ...named(scope), provider }, 'gossip')).outcome);
    expect([said, first.learned.length]).toEqual([['kept', 'kept', 'later'], 2]);
    kept.delete('a');
    const second = await world({ store, keeping });
    expect(second.announcements.log.all().map(({ scope }) => scope)).toEqual(['b']);
    expect(opened).toEqual([[], ['b']]);
  });
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('waits for the answers of the relays that are connected, and no longer than 10 s', async () => {
  const slow = Promise.withResolvers<Answer>();
  const { announcements, relays } = await world({}, { relay: QUOTA });
  await addOwn(announcements, named('none'));
  void flush(announcements);
  await waitForAnswer(announcements, named('none'));
  relays.set('other', () => slow.promise);
  await addOwn(announcements, named('a'));
  const ended: string[] = [];
  void flush(announcements);
  void waitForAnswer(announcements, named('a')).then(() => ended.push('answered'));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(ended).toEqual([]);
  slow.resolve({ verdict: KEPT, witnesses: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect([ended, announcements.pending.has(announcementKey(named('a')))]).toEqual([['answered'], false]);

  relays.set('other', () => Promise.withResolvers<Answer>().promise);
  await addOwn(announcements, named('b'));
  void flush(announcements);
  void waitForAnswer(announcements, named('b')).then(() => ended.push('late'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect([ended, announcements.answerListeners.size]).toEqual([['answered', 'late'], 0]);
});

describe('witnesses', () => {
  const witness = (relay: string, time: number, sound = true): Witness => ({
    cid,
    relay,
    sequence: 1,
    time,
    signature: Uint8Array.of(sound ? 1 : 0),
  });

  it('are taken from configured relays alone, when they are true, and told when they come later', async () => {
    const { announcements, learned } = await world();
    const told: unknown[] = [];
    announcements.witnessListeners.add((_, witnesses) => told.push(witnesses.map(({ relay, time }) => [relay, time])));
    const head = { ...named('a'), provider };
    await learn(announcements, { ...head, witnesses: [witness('stranger', 1), witness('other', 2, false)] }, 'heads');
    expect(learned).toEqual([{ ...head, via: 'heads' }]);
    await learn(announcements, { ...head, witnesses: [witness('relay', 50), witness('other', 2, false)] }, 'heads');
    // The first word of a relay stays.
    await learn(announcements, { ...head, witnesses: [witness('relay', 40)] }, 'heads');
    await learn(announcements, { ...head, witnesses: [witness('other', 60)] }, 'gossip');
    expect(told).toEqual([
      [['relay', 50]],
      [
        ['relay', 50],
        ['other', 60],
      ],
    ]);
    const heard: ReceivedAnnouncement[] = [];
    subscribe(announcements, (each) => heard.push(each));
    expect(heard[0]?.witnesses).toEqual([witness('relay', 50), witness('other', 60)]);
  });

  it('come with the answer of the relay that keeps the bytes, and stay over a restart', async () => {
    const store = memoryState();
    const relay = `${provider.slice(0, -1)}A`;
    const { announcements, relays } = await world({ store, relays: new Set([relay]) });
    relays.set('relay', async () => ({ verdict: KEPT, witnesses: [witness(relay, 70)] }));
    await addOwn(announcements, named('a'));
    await flush(announcements);
    const again = await world({ store, relays: new Set([relay]) });
    expect(again.announcements.log.all()[0]?.witnesses).toMatchObject([{ relay, time: 70 }]);
  });

  it('that a disk has and nobody signed are forgotten at the start, so that true ones of the same relay are heard', async () => {
    const store = memoryState();
    const relay = `${provider.slice(0, -1)}A`;
    const other = `${provider.slice(0, -1)}B`;
    const relays = new Set([relay, other]);
    const head = { ...named('a'), provider };
    const before = await world({ store, relays });
    await learn(before.announcements, { ...head, witnesses: [witness(relay, 1), witness(other, 2)] }, 'heads');
    // The same disk, with one signature damaged.
    const damaged = await world({ store, relays, isWitnessTrue: async (each) => each.relay === other });
    expect(damaged.announcements.log.all()[0]?.witnesses).toEqual([witness(other, 2)]);
    const { announcements } = await world({ store, relays });
    expect(announcements.log.all()[0]?.witnesses).toEqual([witness(other, 2)]);
    await learn(announcements, { ...head, witnesses: [witness(relay, 9)] }, 'heads');
    expect(announcements.log.all()[0]?.witnesses).toEqual([witness(other, 2), witness(relay, 9)]);
  });

  it('are given by a node that keeps what it admits, its own alone', async () => {
    let number = 0;
    const { announcements } = await world({
      keeping: keepingBy(async ({ scope }) => (scope === 'bad' ? QUOTA : KEPT)),
      witness: async () => {
        number += 1;
        return { ...witness(provider, number), sequence: number };
      },
    });
    const head = { ...named('a'), provider: 'someone', witnesses: [witness('relay', 1)] };
    const answer: Answer = { verdict: KEPT, witnesses: [witness(provider, 1)] };
    expect(await answerTo(announcements, head)).toEqual(answer);
    expect(await answerTo(announcements, head)).toEqual(answer);
    expect(await answerTo(announcements, { ...named('bad'), provider })).toEqual({ verdict: QUOTA, witnesses: [] });
  });
});

/** A store that refuses to write what begins with `prefix` from `break` on. */
function breakable() {
  const state = memoryState();
  let broken: string | undefined;
  const guarded = (key: string, work: () => Promise<void>): Promise<void> =>
    broken !== undefined && key.startsWith(broken) ? Promise.reject(new Error('no space left on device')) : work();
  return {
    store: {
      ...state,
      put: (key: string, value: Uint8Array) => guarded(key, () => state.put(key, value)),
      delete: (key: string) => guarded(key, () => state.delete(key)),
    },
    keys: async () => (await state.entries()).map(([key]) => key).filter((key) => key !== 'epoch'),
    break: (prefix: string | undefined) => {
      broken = prefix;
    },
  };
}

describe('a disk', () => {
  const key = announcementKey(named('a'));

  it('that is full is no end of the node: the announcer is told to come later', async () => {
    const disk = breakable();
    const { announcements, learned } = await world({ store: disk.store, keeping: keepingBy(async () => KEPT) });
    disk.break('head/');
    expect(await learn(announcements, { ...named('a'), provider }, 'gossip')).toEqual({
      outcome: 'later',
      code: 'UNEXPECTED',
      message: 'Error: no space left on device',
    });
    expect([learned.length, announcements.log.all().length]).toEqual([0, 0]);
    disk.break(undefined);
    expect(await learn(announcements, { ...named('a'), provider }, 'gossip')).toEqual(KEPT);
    expect(learned).toHaveLength(1);
  });

  it('has what is announced before anybody hears of it, and says when it has not', async () => {
    const disk = breakable();
    const { announcements, published } = await world({ store: disk.store });
    for (const prefix of ['pending/', 'own/']) {
      disk.break(prefix);
      await expect(addOwn(announcements, named('a'))).rejects.toThrow('no space left');
      expect([announcements.log.all(), published]).toEqual([[], []]);
    }
    disk.break(undefined);
    await addOwn(announcements, named('a'));
    expect(await disk.keys()).toEqual([`pending/${key}`, `own/${key}`, 'head/000000000001']);
    await markLost(announcements, 'relay', new Set());
    disk.break('pending/');
    await expect(markLost(announcements, 'relay', new Set())).rejects.toThrow('no space left');
  });

  it('keeps the queue until it is written that a relay has it', async () => {
    const disk = breakable();
    const { announcements, asked, answered } = await world({ store: disk.store }, { relay: KEPT });
    await addOwn(announcements, named('a'));
    disk.break('answers/');
    await flush(announcements);
    expect([announcements.pending.size, announcements.answers.isKept(key), answered()]).toEqual([1, false, 0]);
    disk.break('pending/');
    await flush(announcements);
    expect([asked.length, announcements.answers.isKept(key)]).toEqual([2, true]);
    expect(await disk.keys()).toContain(`pending/${key}`);
    // The next run finds the answer, and nothing waits in it for ever.
    for (const broken of ['pending/', undefined]) {
      disk.break(broken);
      const next = await world({ store: disk.store }, { relay: KEPT });
      await flush(next.announcements);
      expect([next.asked, next.announcements.pending.size]).toEqual([[], 0]);
    }
    expect(await disk.keys()).toEqual([`own/${key}`, 'head/000000000001', `answers/${key}`]);
  });

  it('has 500 announcements of this node with the answers to them, and those that wait beside', async () => {
    const disk = breakable();
    const { announcements } = await world({ store: disk.store });
    for (let index = 0; index < 500; index += 1) await addOwn(announcements, named(String(index)));
    const [first, second] = ['0', '1'].map((scope) => announcementKey(named(scope)));
    for (const each of [first, second]) await announcements.answers.add(each ?? '', 'relay', FULL, 0);
    announcements.pending.delete(first ?? '');
    for (const scope of ['500', '501']) await addOwn(announcements, named(scope));
    const keys = await disk.keys();
    expect(keys.filter((each) => each.startsWith('own/'))).toHaveLength(500);
    expect(keys.filter((each) => each.startsWith('answers/'))).toEqual([`answers/${second}`]);
    expect([announcements.answers.of(first ?? ''), announcements.own.has(second ?? '')]).toEqual([[], false]);
    expect(deliveries(announcements).map(({ announcement }) => announcement.scope)).toContain('1');
    disk.break('own/contribution');
    await expect(addOwn(announcements, named('502'))).rejects.toThrow('no space left');
    disk.break(undefined);
  });

  it('of heads that cannot be removed or witnessed at the start does not end it, or does', async () => {
    const disk = breakable();
    const before = await world({ store: disk.store });
    await learn(before.announcements, { ...named('a'), provider }, 'gossip');
    disk.break('head/');
    const keeping = { ...keepingBy(async () => KEPT), isKept: () => false };
    await expect(world({ store: disk.store, keeping })).rejects.toThrow('no space left');
    const opened = () => Promise.reject(new Error('no list'));
    await expect(world({ store: disk.store, keeping: { ...keepingBy(async () => KEPT), opened } })).rejects.toThrow(
      'no list',
    );
    const witness = async (): Promise<Witness> => ({
      cid,
      relay: provider,
      sequence: 1,
      time: 1,
      signature: Uint8Array.of(1),
    });
    const { announcements } = await world({ store: disk.store, witness });
    expect(announcements.log.has(named('a'))).toBe(true);
  });
});

it('answers with a reason what cannot be judged, and judges it again', async () => {
  let isBroken = true;
  const { announcements } = await world({
    keeping: keepingBy(async () => {
      if (isBroken) throw new Error('odd');
      return KEPT;
    }),
  });
  const head = { ...named('a'), provider };
  expect(await learn(announcements, head, 'gossip')).toEqual({
    outcome: 'later',
    code: 'UNEXPECTED',
    message: 'Error: odd',
  });
  isBroken = false;
  expect(await learn(announcements, head, 'gossip')).toEqual(KEPT);
});

it('tells gossip once, when somebody listens, and again what could not be told', async () => {
  let [listens, fails] = [false, true];
  const told: string[] = [];
  const { announcements } = await world({
    gossip: {
      hasSubscribers: () => listens,
      async publish(bytes) {
        if (fails) throw new Error('no peers');
        told.push(decodeAnnouncement(bytes)?.scope ?? '');
        return [];
      },
    },
  });
  for (const scope of ['a', 'b']) await addOwn(announcements, named(scope));
  await flush(announcements);
  listens = true;
  await flush(announcements);
  expect(told).toEqual([]);
  fails = false;
  await flush(announcements);
  await flush(announcements);
  expect(told).toEqual(['a', 'b']);
});

it('asks one relay about four at once, and goes on with the next when one is answered', async () => {
  const waiting: PromiseWithResolvers<Answer>[] = [];
  const { announcements, relays, asked } = await world();
  relays.set('relay', () => {
    const answer = Promise.withResolvers<Answer>();
    waiting.push(answer);
    return answer.promise;
  });
  for (const scope of ['a', 'b', 'c', 'd', 'e', 'f']) await addOwn(announcements, named(scope));
  let ended = false;
  void flush(announcements).then(() => {
    ended = true;
  });
  await eventually(() => expect(asked).toHaveLength(4));
  waiting[2]?.resolve({ verdict: KEPT, witnesses: [] });
  await eventually(() => expect(asked).toHaveLength(5));
  expect([scopes(announcements.pending), ended]).toEqual([['a', 'b', 'd', 'e', 'f'], false]);
  for (const index of [0, 1, 3, 4]) waiting[index]?.resolve({ verdict: KEPT, witnesses: [] });
  await eventually(() => expect(asked).toHaveLength(6));
  waiting[5]?.resolve({ verdict: QUOTA, witnesses: [] });
  await eventually(() => expect(ended).toBe(true));
  expect(scopes(announcements.pending)).toEqual(['f']);
});

it('what a relay answers when the node has stopped is nobody’s any more', async () => {
  const answer = Promise.withResolvers<Answer>();
  const { announcements, relays, answered } = await world();
  relays.set('relay', () => answer.promise);
  await addOwn(announcements, named('a'));
  const flushing = flush(announcements);
  announcements.stopped = true;
  answer.resolve({ verdict: KEPT, witnesses: [] });
  await flushing;
  expect([announcements.pending.size, announcements.answers.of(announcementKey(named('a'))), answered()]).toEqual([
    1,
    [],
    0,
  ]);
});

it('knows who announced last, of what was listed before as well', async () => {
  const store = memoryState();
  const head = { ...named('a'), provider };
  const first = await world({ store });
  await learn(first.announcements, head, 'gossip');
  const second = await world({ store });
  expect([...second.announcements.providers]).toEqual([[cid, provider]]);
  await learn(second.announcements, { ...named('b'), provider: 'other' }, 'gossip');
  expect([...second.announcements.providers]).toEqual([[cid, 'other']]);
});

it('remembers no more than 2,000 announcers of what is not listed', async () => {
  const { announcements } = await world({ keeping: keepingBy(async () => QUOTA) });
  const other = (index: number): Cid => `bafk${index}` as Cid;
  for (let index = 0; index < 2_100; index += 1)
    await learn(announcements, { kind: 'receipt', scope: '', cid: other(index), provider }, 'gossip');
  await learn(announcements, { kind: 'receipt', scope: '', cid: other(100), provider }, 'gossip');
  await learn(announcements, { kind: 'receipt', scope: '', cid: other(2_100), provider }, 'gossip');
  expect([announcements.providers.has(other(100)), announcements.providers.has(other(101))]).toEqual([true, false]);
  expect([announcements.providers.size, announcements.providers.has(other(99))]).toEqual([2_000, false]);
});
