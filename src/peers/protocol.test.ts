import { encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { answerAnnouncement, askToKeep } from './announceExchange.ts';
import { type FrameStream, readFrame, writeFrame } from './frames.ts';
import { answerHeads, pullHeads } from './headsExchange.ts';
import { openHeadsLog } from './headsLog.ts';
import {
  type Answer,
  decodeAnnouncement,
  decodeAnswer,
  decodeHeadsPage,
  decodeHeadsRequest,
  encodeAnnouncement,
  encodeHeadsPage,
} from './protocol.ts';
import { parseRelays } from './relayAddresses.ts';
import { memoryState } from './testing/memoryState.ts';
import { streamPair } from './testing/streamPair.ts';
import type { Announcement } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const announcement: Announcement = { kind: 'contribution', scope: 'facts', cid };

describe('announcements', () => {
  it('survive their encoding', () => {
    expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
    const longest = { ...announcement, scope: '\u{1F600}'.repeat(128) };
    expect(decodeAnnouncement(encodeAnnouncement(longest))).toEqual(longest);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown kind', { kind: 'spam' }],
    ['a scope that is too long', { scope: 'x'.repeat(257) }],
    ['a scope that is no text', { scope: 7 }],
    ['no CID', { cid: 'hello' }],
    ['a CIDv0', { cid: 'Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD' }],
    ['an identity CID', { cid: 'bafkqabtimvwgy3yk' }],
  ])('are refused on the way out and dropped on the way in: %s', (_, fields) => {
    const wrong = { ...announcement, ...fields };
    expect(() => encodeAnnouncement(wrong as Announcement)).toThrow(
      expect.objectContaining({ code: 'ANNOUNCEMENT_INVALID' }),
    );
    expect(decodeAnnouncement(encode({ v: 1, ...wrong }))).toBeNull();
  });

  it('are dropped when they are garbage, of another version, too large or nested', () => {
    for (const bytes of [
      new Uint8Array([0xff]),
      new Uint8Array(0),
      encode(null),
      encode([]),
      encode({ v: 2, ...announcement }),
    ]) {
      expect(decodeAnnouncement(bytes)).toBeNull();
    }
    expect(decodeAnnouncement(encode({ v: 1, ...announcement, more: 'x'.repeat(5_000) }))).toBeNull();
    expect(decodeAnnouncement(new Uint8Array(4_000).fill(0x81))).toBeNull();
  });
});

it('takes pages apart with suspicion', () => {
  const head = { ...announcement, provider };
  const page = { epoch: 'e', heads: [head], last: 1, more: false };
  expect(decodeHeadsPage(encodeHeadsPage(page))).toEqual(page);
  const mixed = encode({ v: 1, ...page, heads: [head, null, 7, { ...head, cid: 'x' }, { ...head, provider: '../' }] });
  expect(decodeHeadsPage(mixed)?.heads).toEqual([head]);
  const many = encode({ v: 1, ...page, heads: Array.from({ length: 500 }, () => head) });
  expect(decodeHeadsPage(many)?.heads).toHaveLength(200);
  expect(decodeHeadsPage(encode({ v: 1, ...page, heads: 'x' }))).toBeNull();
  for (const last of [1.5, -1, '1']) expect(decodeHeadsPage(encode({ v: 1, ...page, last }))).toBeNull();
  // Whoever asks remembers the name of the list for as long as it runs.
  expect(decodeHeadsPage(encode({ v: 1, ...page, epoch: 'e'.repeat(64) }))?.epoch).toHaveLength(64);
  for (const epoch of ['e'.repeat(65), 7]) expect(decodeHeadsPage(encode({ v: 1, ...page, epoch }))).toBeNull();
  expect(decodeHeadsRequest(encode({ v: 1, epoch: 'x'.repeat(2_000), after: 0 }))).toBeNull();
});

const never = new AbortController().signal;

describe('frames', () => {
  it('arrive whole, however they are cut', async () => {
    for (const chunk of [1, 3, 4, 1_000]) {
      const [here, there] = streamPair(chunk);
      const bytes = Uint8Array.from({ length: 300 }, (_, index) => index);
      await writeFrame(here, bytes, never);
      expect(await readFrame(there, 300, never)).toEqual(bytes);
    }
  });

  it('may be empty, and end where their length says', async () => {
    const [here, there] = streamPair(100);
    here.send(new Uint8Array([0, 0, 0, 0]));
    expect(await readFrame(there, 0, never)).toEqual(new Uint8Array(0));
    const [one, other] = streamPair(100);
    one.send(new Uint8Array([0, 0, 0, 2, 7, 8, 9]));
    expect(await readFrame(other, 2, never)).toEqual(new Uint8Array([7, 8]));
  });

  it('are refused by their stated length, and when they end early', async () => {
    const [here, there] = streamPair(100);
    here.send(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
    await expect(readFrame(there, 1_000, never)).rejects.toMatchObject({
      code: 'FRAME_TOO_LARGE',
      facts: { bytes: 0xffffffff },
    });
    const [one, other] = streamPair(100);
    one.send(new Uint8Array([0, 0, 0, 9, 1]));
    await one.close();
    await expect(readFrame(other, 1_000, never)).rejects.toMatchObject({ code: 'FRAME_TRUNCATED' });
  });

  it('wait until the other side takes more, where it is slow', async () => {
    const order: string[] = [];
    const sent: Uint8Array[] = [];
    const drained = Promise.withResolvers<void>();
    const slow = {
      send: (bytes: Uint8Array) => sent.push(bytes) > 1,
      async onDrain(options?: { signal?: AbortSignal }) {
        expect(options?.signal).toBe(never);
        await drained.promise;
        order.push('drained');
      },
    } as unknown as FrameStream;
    const writing = writeFrame(slow, Uint8Array.of(7), never).then(() => order.push('written'));
    drained.resolve();
    await writing;
    expect([order, sent]).toEqual([['drained', 'written'], [Uint8Array.of(0, 0, 0, 1, 7)]]);
    await writeFrame(slow, new Uint8Array(0), never);
    expect([order, sent[1]]).toEqual([['drained', 'written'], new Uint8Array(4)]);
  });

  it('are as long as their limit, and no longer', async () => {
    for (const [length, limit] of [
      [300, 300],
      [301, 300],
    ] as const) {
      const [here, there] = streamPair(1_000);
      await writeFrame(here, new Uint8Array(length), never);
      const reading = readFrame(there, limit, never);
      if (length <= limit) expect((await reading).byteLength).toBe(length);
      else
        await expect(reading).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE', facts: { bytes: 301, maxBytes: 300 } });
    }
  });

  it('end with a signal that is over before, and leave the stream alone once they are whole', async () => {
    const [here, there] = streamPair(100);
    await expect(readFrame(there, 10, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    await writeFrame(here, Uint8Array.of(1), never);
    const abort = new AbortController();
    expect(await readFrame(there, 10, abort.signal)).toEqual(Uint8Array.of(1));
    abort.abort();
    expect(there.aborted).toBeUndefined();
  });

  it('end with their signal when the other side says nothing', async () => {
    const [, there]: FrameStream[] = streamPair(100);
    const abort = new AbortController();
    const reading = readFrame(there as FrameStream, 10, abort.signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

/** Another identity than `provider`. */
const named = (letter: string): string => `${provider.slice(0, -1)}${letter}`;

const heads = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...announcement, scope: String(index), provider }));

describe('heads', () => {
  it('are pulled page by page, and later only what is new', async () => {
    const log = await openHeadsLog({ state: memoryState() });
    for (const head of heads(450)) await log.add(head);
    expect(await log.add({ ...announcement, scope: '0', provider })).toBe(false);
    const open = async () => {
      const [here, there] = streamPair(1_000);
      void answerHeads(there, log);
      return here;
    };
    const pages = [];
    for await (const page of pullHeads(open, { epoch: '', after: 0 })) pages.push(page);
    expect(pages.map((page) => [page.heads.length, page.last, page.more])).toEqual([
      [200, 200, true],
      [200, 400, true],
      [50, 450, false],
    ]);
    await log.add({ ...announcement, scope: 'new', provider });
    const later = [];
    for await (const page of pullHeads(open, { epoch: pages[0]?.epoch ?? '', after: 450 })) later.push(...page.heads);
    expect(later.map(({ scope }) => scope)).toEqual(['new']);
  });

  it('keep their numbers over a restart and forget the oldest past the limit', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state, maxHeads: { contribution: 3 } });
    for (const head of heads(5)) await log.add(head);
    const again = await openHeadsLog({ state, maxHeads: { contribution: 3 } });
    expect(again.all().map(({ scope }) => scope)).toEqual(['2', '3', '4']);
    expect(again.page({ epoch: '', after: 0 })).toEqual(log.page({ epoch: '', after: 0 }));
    expect(
      again.page({ epoch: log.page({ epoch: '', after: 0 }).epoch, after: 4 }).heads.map(({ scope }) => scope),
    ).toEqual(['4']);
    expect(again.page({ epoch: 'of another life', after: 4 }).heads).toHaveLength(3);
  });

  it('of a kind that is full are taken from the announcer who has most of it, and other kinds keep theirs', async () => {
    const state = memoryState();
    const maxHeads = { contribution: 2, receipt: 5 };
    const log = await openHeadsLog({ state, maxHeads });
    const honest = { kind: 'receipt' as const, scope: 'honest', cid, provider: named('A') };
    await log.add({ ...announcement, scope: 'rows', provider: named('A') });
    await log.add(honest);
    for (let index = 0; index < 200; index += 1)
      await log.add({ kind: 'receipt', scope: String(index), cid, provider: named(index % 2 === 0 ? 'B' : 'C') });
    const listed = (one: { all(): readonly { scope: string }[] }): string[] => one.all().map(({ scope }) => scope);
    expect(listed(log)).toEqual(['rows', 'honest', '196', '197', '198', '199']);
    expect(listed(await openHeadsLog({ state, maxHeads }))).toEqual(listed(log));
    // A smaller limit than the one of the last run.
    expect(listed(await openHeadsLog({ state, maxHeads: { receipt: 1 } }))).toEqual(['rows', '199']);
  });

  it('of a full kind are taken from the place that has most, under however many names, and whoever needs their bytes is told', async () => {
    const state = memoryState();
    const maxHeads = { contribution: 4 };
    const forgotten: string[] = [];
    const open = () => openHeadsLog({ state, maxHeads, onForgotten: ({ scope }) => void forgotten.push(scope) });
    const log = await open();
    // One announcer with two, in a place of its own; then a place with a new name for each announcement, and one without a place.
    for (const scope of ['one', 'two']) await log.add({ ...announcement, scope, provider: named('A') }, '192.0.2.1');
    for (const [index, letter] of [...'BCDEFGHJ'].entries())
      await log.add({ ...announcement, scope: String(index), provider: named(letter) }, '2001:db8:0:7::/64');
    await log.add({ ...announcement, scope: 'nowhere', provider: named('K') });
    const listed = (one: { all(): readonly { scope: string }[] }): string[] => one.all().map(({ scope }) => scope);
    // Of two places with as many the one with the oldest head.
    expect(listed(log)).toEqual(['two', '6', '7', 'nowhere']);
    expect(forgotten).toEqual(['0', '1', '2', '3', '4', '5', 'one']);
    // Places are kept over a restart, and told to nobody.
    const again = await open();
    expect(JSON.stringify(again.page({ epoch: '', after: 0 }))).not.toContain('2001');
    await again.add({ ...announcement, scope: 'last', provider: named('A') }, '192.0.2.1');
    expect(listed(again)).toEqual(['6', '7', 'nowhere', 'last']);
    await again.remove({ ...announcement, scope: '6' });
    expect(listed(await open())).toEqual(['7', 'nowhere', 'last']);
  });

  it('that cannot be stored are not listed', async () => {
    const state = memoryState();
    const log = await openHeadsLog({
      state: {
        ...state,
        put: async (key, value) => (key === 'epoch' ? state.put(key, value) : Promise.reject(new Error('full'))),
      },
    });
    await expect(log.add({ ...announcement, provider })).rejects.toThrow('full');
    expect([log.has(announcement), log.all()]).toEqual([false, []]);
  });

  it('end a stream that asks or answers nonsense', async () => {
    const log = await openHeadsLog({ state: memoryState() });
    const [here, there] = streamPair(100);
    await writeFrame(here, encode({ v: 9 }), new AbortController().signal);
    await answerHeads(there, log);
    expect(there.aborted).toMatchObject({ code: 'HEADS_MALFORMED' });

    const [asker, liar] = streamPair(100);
    const pulling = pullHeads(async () => asker, { epoch: '', after: 0 }).next();
    await writeFrame(liar, encode('nonsense'), new AbortController().signal);
    await expect(pulling).rejects.toMatchObject({ code: 'HEADS_MALFORMED' });
  });

  it('are asked for in streams that end well when they end well, and badly otherwise', async () => {
    const log = await openHeadsLog({ state: memoryState() });
    await log.add({ ...announcement, provider });
    const ended: string[] = [];
    const watched = (): ReturnType<typeof streamPair> => {
      const pair = streamPair(100);
      for (const [index, end] of pair.entries()) {
        const [close, abort] = [end.close.bind(end), end.abort.bind(end)];
        end.close = async (options) => {
          expect(options?.signal).toBeInstanceOf(AbortSignal);
          ended.push(`${index} closed`);
          await close(options);
        };
        end.abort = (error) => {
          ended.push(`${index} aborted: ${error.message}`);
          abort(error);
        };
      }
      return pair;
    };
    const [here, there] = watched();
    const answering = answerHeads(there, log);
    const pages = [];
    for await (const page of pullHeads(async () => here, { epoch: '', after: 0 })) pages.push(page.heads.length);
    await answering;
    expect([pages, ended.toSorted()]).toEqual([[1], ['0 closed', '1 closed']]);

    // Something that is no error, and one that cannot be sent or closed.
    for (const fault of ['no error', new Error('gone')])
      for (const method of ['send', 'close'] as const) {
        const words = typeof fault === 'string' ? /speak the heads protocol/ : /^gone$/;
        const fail = (): never => {
          throw fault;
        };
        const [asker, answerer] = streamPair(100);
        answerer[method] = fail;
        await writeFrame(asker, encode({ v: 1, epoch: '', after: 0 }), never);
        await answerHeads(answerer, log);
        expect(answerer.aborted?.message).toMatch(words);
        const [pulling, server] = streamPair(100);
        void answerHeads(server, log);
        pulling[method] = fail;
        await expect(pullHeads(async () => pulling, { epoch: '', after: 0 }).next()).rejects.toBe(fault);
        expect(pulling.aborted?.message).toMatch(words);
      }
  });

  it('of a peer that always says "more" end', async () => {
    let asked = 0;
    const open = async () => {
      const [here, there] = streamPair(1_000);
      asked += 1;
      void writeFrame(
        there,
        encodeHeadsPage({ epoch: 'e', heads: [], last: asked, more: true }),
        new AbortController().signal,
      );
      return here;
    };
    for await (const page of pullHeads(open, { epoch: '', after: 0 })) expect(page.more).toBe(true);
    expect(asked).toBe(200);
  });
});

describe('an announcement to a relay', () => {
  const witness = { cid, relay: provider, sequence: 3, time: 5, signature: new Uint8Array([1, 2]) };
  const ask = async (judge: (head: unknown) => Promise<Answer>, chunk = 100): Promise<Answer> => {
    const [here, there] = streamPair(chunk);
    void answerAnnouncement(there, 'alice', judge);
    return askToKeep(async () => here, announcement);
  };

  it('is of the peer at the other end, and is answered in words and facts', async () => {
    const heads: unknown[] = [];
    const answers: Answer[] = [
      { verdict: { outcome: 'kept' }, witnesses: [witness] },
      {
        verdict: { outcome: 'refused', code: 'QUOTA_EXCEEDED', message: 'Full.', facts: { limit: 5, scope: 'owner' } },
        witnesses: [],
      },
      { verdict: { outcome: 'later', code: 'RELAY_BUSY', retryAfterSeconds: 20 }, witnesses: [] },
    ];
    for (const answer of answers) {
      expect(
        await ask(async (head) => {
          heads.push(head);
          return answer;
        }),
      ).toEqual(answer);
    }
    expect(heads[0]).toEqual({ ...announcement, provider: 'alice' });
  });

  it('is answered with no more than a reader takes', async () => {
    const facts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`fact${index}`, 'x'.repeat(500)]));
    const { verdict } = await ask(async () => ({
      verdict: { outcome: 'refused', code: 'OTHER', message: 'm'.repeat(9_000), facts },
      witnesses: Array.from({ length: 9 }, () => ({ ...witness, signature: new Uint8Array(300) })),
    }));
    expect([verdict.message?.length, Object.keys(verdict.facts ?? {}).length]).toEqual([300, 8]);
  });

  it('is answered without the words when they are too long in bytes, and without facts that are none', async () => {
    const facts = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`fact${index}${'x'.repeat(30)}`, '\u6f22'.repeat(120)]),
    );
    const verdict = { outcome: 'later', code: 'OTHER', message: '\u6f22'.repeat(300), retryAfterSeconds: 7 } as const;
    expect(await ask(async () => ({ verdict: { ...verdict, facts }, witnesses: [witness] }))).toEqual({
      verdict: { outcome: 'later', code: 'OTHER', retryAfterSeconds: 7 },
      witnesses: [witness],
    });
    const odd = { nothing: Number.NaN, endless: 1 / 0, 'no name': 1, bytes: 5 };
    expect(await ask(async () => ({ verdict: { outcome: 'refused', facts: odd }, witnesses: [] }))).toEqual({
      verdict: { outcome: 'refused', facts: { bytes: 5 } },
      witnesses: [],
    });
  });

  it('that is malformed ends its stream, and so does a malformed answer', async () => {
    const [here, there] = streamPair(100);
    const signal = new AbortController().signal;
    await writeFrame(here, encode({ v: 9 }), signal);
    await answerAnnouncement(there, 'alice', () => Promise.reject(new Error('not asked')));
    expect(there.aborted).toMatchObject({ code: 'ANNOUNCE_MALFORMED' });
    const [asker, liar] = streamPair(100);
    const asking = askToKeep(async () => asker, announcement);
    await writeFrame(liar, encode({ v: 1, outcome: 'sold' }), signal);
    await expect(asking).rejects.toMatchObject({ code: 'ANNOUNCE_MALFORMED' });
  });

  it('ends its stream well when it ends well, and badly otherwise', async () => {
    const answer: Answer = { verdict: { outcome: 'kept' }, witnesses: [] };
    const judge = async (): Promise<Answer> => answer;
    const closed: string[] = [];
    const [here, there] = streamPair(100);
    for (const [name, end] of [
      ['asker', here],
      ['relay', there],
    ] as const) {
      const close = end.close.bind(end);
      end.close = async (options) => {
        expect(options?.signal).toBeInstanceOf(AbortSignal);
        closed.push(name);
        await close(options);
      };
    }
    const answering = answerAnnouncement(there, 'alice', judge);
    expect(await askToKeep(async () => here, announcement)).toEqual(answer);
    await answering;
    expect([closed.toSorted(), here.aborted, there.aborted]).toEqual([['asker', 'relay'], undefined, undefined]);
    for (const fault of ['no error', new Error('gone')])
      for (const method of ['send', 'close'] as const) {
        const words = typeof fault === 'string' ? /speak the announce protocol/ : /^gone$/;
        const fail = (): never => {
          throw fault;
        };
        const [asker, relay] = streamPair(100);
        relay[method] = fail;
        await writeFrame(asker, encodeAnnouncement(announcement), never);
        await answerAnnouncement(relay, 'alice', judge);
        expect(relay.aborted?.message).toMatch(words);
        const [asking, server] = streamPair(100);
        void answerAnnouncement(server, 'alice', judge);
        asking[method] = fail;
        await expect(askToKeep(async () => asking, announcement)).rejects.toBe(fault);
        expect(asking.aborted?.message).toMatch(words);
      }
    await expect(askToKeep(() => Promise.reject(new Error('no stream')), announcement)).rejects.toThrow('no stream');
  });

  it.each([
    ['a code that is no code', { code: 'no code' }],
    ['facts that are objects', { facts: { a: {} } }],
    ['a time that is none', { retryAfterSeconds: -1 }],
    ['a witness of nobody', { witnesses: [{ ...witness, relay: '../' }] }],
    ['a witness at no time', { witnesses: [{ ...witness, time: 1.5 }] }],
    ['witnesses that are none', { witnesses: 'all' }],
  ])('is answered by what is left without %s', (_, fields) => {
    const answer = decodeAnswer(encode({ v: 1, outcome: 'later', ...fields }), cid);
    expect(answer?.verdict.outcome).toBe('later');
    expect(answer).toEqual({
      verdict: { outcome: 'later', ...('facts' in fields ? { facts: {} } : {}) },
      witnesses: [],
    });
  });
});

it('takes no announcement in a second spelling', () => {
  const text = CID.parse(cid);
  for (const other of [cid.toUpperCase(), CID.createV1(0x70, text.multihash).toString(), `${cid}\n`]) {
    expect(decodeAnnouncement(encode({ v: 1, ...announcement, cid: other })), other).toBeNull();
  }
  const bytes = encodeAnnouncement(announcement);
  // The same map, its entry "v" at the end: as dag-cbor writes it, the shortest key comes first.
  expect([bytes[0], bytes[1], bytes[2], bytes[3]]).toEqual([0xa4, 0x61, 0x76, 0x01]);
  const reordered = Uint8Array.from([0xa4, ...bytes.subarray(4), ...bytes.subarray(1, 4)]);
  expect(decodeAnnouncement(reordered)).toBeNull();
});

it('groups relay addresses and refuses what is none', () => {
  const [socket, direct] = [
    `/ip4/127.0.0.1/tcp/1/ws/p2p/${provider}`,
    `/dns4/relay.example/tcp/443/wss/p2p/${provider}`,
  ];
  expect(parseRelays([socket, direct]).map(({ id, addresses }) => [id, addresses.map(String)])).toEqual([
    [provider, [socket, direct]],
  ]);
  for (const text of [
    '',
    'https://relay.example',
    '/ip4/127.0.0.1/tcp/1/ws',
    '/ip4/127.0.0.1/tcp/1/ws/p2p/nobody',
    `/nonsense/p2p/${provider}`,
  ]) {
    expect(() => parseRelays([text])).toThrow(expect.objectContaining({ code: 'RELAY_ADDRESS_INVALID' }));
  }
});
