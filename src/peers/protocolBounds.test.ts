// What is just within a bound of the wire format is taken, and what is just beyond it is not. Bounds are what nodes of every version
// agree on, so their numbers stand here.
import { encode } from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import {
  announcementKey,
  decodeAnnouncement,
  decodeAnswer,
  decodeHead,
  decodeHeadsPage,
  decodeHeadsRequest,
  encodeAnnouncement,
  encodeAnswer,
  encodeHead,
  encodeHeadsPage,
  encodeHeadsRequest,
  MAX_GOSSIP_BYTES,
} from './protocol.ts';
import type { Announcement, Head, Verdict, Witness } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const announcement: Announcement = { kind: 'contribution', scope: 'facts', cid };
const head: Head = { ...announcement, provider };
const witness: Witness = { cid, relay: provider, sequence: 0, time: 0, signature: Uint8Array.of(1) };
const text = (length: number): string => 'x'.repeat(length);

/** `value` in dag-cbor of exactly `bytes` bytes, filled up by a field of no meaning. */
function ofSize(value: object, bytes: number): Uint8Array {
  for (let length = bytes - encode(value).byteLength; length >= 0; length -= 1) {
    const filled = encode({ ...value, zzz: text(length) });
    if (filled.byteLength === bytes) return filled;
  }
  throw new Error('no such size');
}

it('gossip is bounded for every node alike', () => {
  expect(MAX_GOSSIP_BYTES).toBe(65_536);
});

describe('an announcement', () => {
  it.each(['contribution', 'adapter', 'receipt', 'voucher', 'ledger'] as const)('may be of kind %s', (kind) => {
    expect(decodeAnnouncement(encodeAnnouncement({ ...announcement, kind }))).toEqual({ ...announcement, kind });
  });

  it('has at most 4,096 bytes, and a scope of 256 characters', () => {
    expect(decodeAnnouncement(ofSize({ v: 1, ...announcement }, 4_096))).toEqual(announcement);
    expect(decodeAnnouncement(ofSize({ v: 1, ...announcement }, 4_097))).toBeNull();
    const scoped = (length: number) => ({ ...announcement, scope: text(length) });
    expect(decodeAnnouncement(encode({ v: 1, ...scoped(256) }))).toEqual(scoped(256));
    expect(decodeAnnouncement(encode({ v: 1, ...scoped(257) }))).toBeNull();
    expect(decodeAnnouncement(encode({ v: 1, ...scoped(0) }))).toEqual(scoped(0));
    expect(encodeAnnouncement(scoped(256)).byteLength).toBeLessThan(4_096);
  });

  it('is of a raw or dag-cbor block, and is known by kind, block and scope', () => {
    const other = 'bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
    expect(decodeAnnouncement(encodeAnnouncement({ ...announcement, cid: other }))?.cid).toBe(other);
    expect(announcementKey(announcement)).toBe(`contribution/${cid}/facts`);
  });

  it('that is refused is told with what it was, cut', () => {
    const wrong = { kind: 'spam', scope: text(300), cid: text(300) } as unknown as Announcement;
    expect(() => encodeAnnouncement(wrong)).toThrow(
      expect.objectContaining({ facts: { kind: 'spam', scope: text(80), cid: text(100) } }),
    );
  });

  it.each([null, 5, 'text', [], [announcement]])('is not %j', (value) => {
    expect(decodeAnnouncement(encode(value))).toBeNull();
    expect(decodeHead(encode(value))).toBeNull();
    expect(decodeAnswer(encode(value), cid)).toBeNull();
    expect(decodeHeadsPage(encode(value))).toBeNull();
    expect(decodeHeadsRequest(encode(value))).toBeNull();
  });
});

describe('a request for heads', () => {
  it('counts from zero, in at most 1,024 bytes', () => {
    const request = { epoch: 'e', after: 0 };
    expect(decodeHeadsRequest(encodeHeadsRequest(request))).toEqual(request);
    expect(decodeHeadsRequest(encodeHeadsRequest({ epoch: '', after: 2 ** 53 - 1 }))?.after).toBe(2 ** 53 - 1);
    expect(decodeHeadsRequest(ofSize({ v: 1, ...request }, 1_024))).toEqual(request);
    for (const bytes of [
      ofSize({ v: 1, ...request }, 1_025),
      encode({ v: 1, epoch: 'e', after: -1 }),
      encode({ v: 1, epoch: 'e', after: 0.5 }),
      encode({ v: 1, epoch: 'e', after: '0' }),
      encode({ v: 1, epoch: 5, after: 0 }),
      encode({ v: 2, ...request }),
      encode({ v: 1, epoch: 'e' }),
    ])
      expect(decodeHeadsRequest(bytes)).toBeNull();
  });
});

describe('a page of heads', () => {
  const page = { epoch: 'e', heads: [head], last: 0, more: true };

  it('has at most a mebibyte, and two hundred heads', () => {
    expect(decodeHeadsPage(encodeHeadsPage(page))).toEqual(page);
    expect(decodeHeadsPage(ofSize({ v: 1, ...page }, 1_048_576))).toEqual(page);
    expect(decodeHeadsPage(ofSize({ v: 1, ...page }, 1_048_577))).toBeNull();
    const heads = Array.from({ length: 201 }, (_, index) => ({ ...head, scope: String(index) }));
    expect(decodeHeadsPage(encode({ v: 1, ...page, heads }))?.heads).toEqual(heads.slice(0, 200));
  });

  it('says whether there are more', () => {
    for (const more of [false, 'true', 1, null])
      expect(decodeHeadsPage(encode({ v: 1, ...page, more }))?.more).toBe(false);
    for (const change of [{ v: 2 }, { heads: {} }, { last: null }, { epoch: null }])
      expect(decodeHeadsPage(encode({ v: 1, ...page, ...change }))).toBeNull();
  });

  it('carries four witnesses of each head, those that are well-formed', () => {
    const witnesses = [1, 2, 3, 4, 5].map((time) => ({ ...witness, time }));
    const [sent] = decodeHeadsPage(encodeHeadsPage({ ...page, heads: [{ ...head, witnesses }] }))?.heads ?? [];
    expect(sent?.witnesses).toEqual(witnesses.slice(0, 4));
    const told = witnesses.map(({ cid: _, ...fields }) => fields);
    const [read] = decodeHeadsPage(encode({ v: 1, ...page, heads: [{ ...head, witnesses: told }] }))?.heads ?? [];
    expect(read?.witnesses).toEqual(witnesses.slice(0, 4));
    for (const odd of [[], {}, 'all', [null, 5, 'x'], [{ ...told[0], sequence: -1 }]]) {
      const [without] = decodeHeadsPage(encode({ v: 1, ...page, heads: [{ ...head, witnesses: odd }] }))?.heads ?? [];
      expect(without).toEqual(head);
    }
    expect(decodeHeadsPage(encodeHeadsPage({ ...page, heads: [{ ...head, witnesses: [] }] }))?.heads).toEqual([head]);
  });

  it.each<[string, object, boolean]>([
    ['a signature of 600 bytes', { signature: new Uint8Array(600) }, true],
    ['one of 601', { signature: new Uint8Array(601) }, false],
    ['one that is a list', { signature: [1] }, false],
    ['no number', { sequence: 0.5 }, false],
    ['a time before all times', { time: -1 }, false],
    ['a relay without a name', { relay: '' }, false],
    ['a relay of 40 letters', { relay: 'a'.repeat(40) }, true],
    ['one of 39', { relay: 'a'.repeat(39) }, false],
    ['one of 64', { relay: 'a'.repeat(64) }, true],
    ['one of 65', { relay: 'a'.repeat(65) }, false],
    ['one of letters that names do not have', { relay: '0'.repeat(50) }, false],
    ['one that is a number', { relay: 5 }, false],
  ])('takes a witness with %s: %s', (_, change, isTaken) => {
    const { cid: _cid, ...fields } = witness;
    const answer = decodeAnswer(encode({ v: 1, outcome: 'kept', witnesses: [{ ...fields, ...change }] }), cid);
    expect(answer?.witnesses).toEqual(isTaken ? [{ ...witness, ...change }] : []);
  });
});

describe('a head on disk', () => {
  it('has a place, or none, and at most 8,192 bytes', () => {
    expect(decodeHead(encodeHead(head, '192.0.2.1'))).toEqual({ ...head, place: '192.0.2.1' });
    expect(decodeHead(encodeHead({ ...head, witnesses: [witness] }))).toEqual({
      ...head,
      witnesses: [witness],
      place: '',
    });
    expect(decodeHead(ofSize({ v: 1, ...head }, 8_192))).toEqual({ ...head, place: '' });
    expect(decodeHead(ofSize({ v: 1, ...head }, 8_193))).toBeNull();
    expect(decodeHead(encode({ v: 1, ...head, place: 5 }))?.place).toBe('');
    for (const change of [{ provider: undefined }, { provider: 5 }, { kind: 'spam' }]) {
      const { provider: _, ...fields } = { ...head, ...change };
      expect(
        decodeHead(encode(change.provider === undefined && 'provider' in change ? fields : { ...head, ...change })),
      ).toBeNull();
    }
  });
});

describe('an answer', () => {
  const back = (verdict: Verdict, witnesses: readonly Witness[] = []) =>
    decodeAnswer(encodeAnswer({ verdict, witnesses }), cid);

  it.each(['kept', 'refused', 'later'] as const)('may be %s and no more', (outcome) => {
    expect(back({ outcome })).toEqual({ verdict: { outcome }, witnesses: [] });
    expect(decodeAnswer(encode({ v: 2, outcome }), cid)).toBeNull();
  });

  it('has at most 4,096 bytes, and names its block by itself', () => {
    expect(decodeAnswer(ofSize({ v: 1, outcome: 'kept' }, 4_096), cid)?.verdict).toEqual({ outcome: 'kept' });
    expect(decodeAnswer(ofSize({ v: 1, outcome: 'kept' }, 4_097), cid)).toBeNull();
    expect(
      back(
        { outcome: 'kept' },
        [1, 2, 3, 4, 5].map((time) => ({ ...witness, time })),
      )?.witnesses.map(({ time }) => time),
    ).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, Partial<Verdict>, Partial<Verdict>]>([
    ['a code of 60 letters', { code: `A${'B'.repeat(59)}` }, { code: `A${'B'.repeat(59)}` }],
    ['one of 61', { code: `A${'B'.repeat(60)}` }, {}],
    ['one in small letters', { code: 'busy' }, {}],
    ['a message of 300 characters', { message: text(300) }, { message: text(300) }],
    ['one of 301', { message: text(301) }, { message: text(300) }],
    ['a pause of a day', { retryAfterSeconds: 86_400 }, { retryAfterSeconds: 86_400 }],
    ['one of more', { retryAfterSeconds: 86_401 }, { retryAfterSeconds: 86_400 }],
    ['no pause', { retryAfterSeconds: 0 }, { retryAfterSeconds: 0 }],
    ['half a second', { retryAfterSeconds: 0.5 }, {}],
    ['a fact of 120 characters', { facts: { a: text(120) } }, { facts: { a: text(120) } }],
    ['one of 121, cut', { facts: { a: text(121) } }, { facts: { a: text(120) } }],
    ['numbers', { facts: { a: -1.5, b: 0 } }, { facts: { a: -1.5, b: 0 } }],
    ['a name of 40 letters', { facts: { [`a${text(39)}`]: 1 } }, { facts: { [`a${text(39)}`]: 1 } }],
    ['one of 41', { facts: { [`a${text(40)}`]: 1 } }, {}],
    ['no facts', { facts: {} }, {}],
  ])('tells %s', (_, said, heard) => {
    expect(back({ outcome: 'refused', ...said })?.verdict).toEqual({ outcome: 'refused', ...heard });
  });

  it('has eight facts, of those that are some', () => {
    const facts = Object.fromEntries([...'abcdefghij'].map((name) => [name, 1]));
    const first = Object.fromEntries([...'abcdefgh'].map((name) => [name, 1]));
    expect(back({ outcome: 'refused', facts: { 'no name': 1, ...facts } })?.verdict.facts).toEqual(first);
    expect(decodeAnswer(encode({ v: 1, outcome: 'later', facts }), cid)?.verdict.facts).toEqual(first);
    const odd = { a: text(121), b: null, c: [1], d: 1, 'e f': 1, g: 'x' };
    expect(decodeAnswer(encode({ v: 1, outcome: 'later', facts: odd }), cid)?.verdict.facts).toEqual({ d: 1, g: 'x' });
    for (const none of [null, 'all', 5])
      expect(decodeAnswer(encode({ v: 1, outcome: 'later', facts: none }), cid)?.verdict).toEqual({ outcome: 'later' });
  });

  it('of exactly the most bytes keeps its words, and of one more only what counts', () => {
    const long = (length: number): Verdict => ({
      outcome: 'refused',
      code: 'FULL',
      message: '\u6f22'.repeat(300),
      facts: { ...Object.fromEntries([...'abcdefg'].map((name) => [name, '\u6f22'.repeat(120)])), h: text(length) },
    });
    const witnesses = [{ ...witness, signature: new Uint8Array(400) }];
    let most = 0;
    while (most < 120 && back(long(most), witnesses)?.verdict.facts !== undefined) most += 1;
    // One letter less is a byte less.
    expect(encodeAnswer({ verdict: long(most - 1), witnesses }).byteLength).toBe(4_096);
    expect(back(long(most), witnesses)).toEqual({ verdict: { outcome: 'refused', code: 'FULL' }, witnesses });
  });
});
