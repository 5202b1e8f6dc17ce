import { decode, encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../test/support/datanet.ts';
import type { Cid } from '../lib/units.ts';
import { publishContribution } from './publishContribution.ts';
import { checkContribution, readContribution, readContributionHeader } from './readContribution.ts';
import { authorAddress } from './signedDocument.ts';
import type { Row } from './types.ts';
import { unionContributions } from './unionContributions.ts';

const rows: Row[] = Array.from({ length: 50 }, (_, index) => ({
  prompt: `What is fact ${index}?`,
  response: `Fact ${index}, ä.`,
  n: index,
}));
const signer = createTestSigner(1);

/** The three other signatures of the same statement that anyone can write. */
function malleated(sig: Uint8Array): Uint8Array[] {
  const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
  const high = (order - BigInt(`0x${Buffer.from(sig.slice(32, 64)).toString('hex')}`)).toString(16).padStart(64, '0');
  const v = sig[64] as number;
  const highS = [...sig.slice(0, 32), ...Buffer.from(high, 'hex')];
  return [
    [...sig.slice(0, 64), v - 27],
    [...highS, 55 - v],
    [...highS, 28 - v],
  ].map((bytes) => Uint8Array.from(bytes));
}

/** The same link, its digest's length written in two bytes instead of one. */
function padded(link: CID): CID {
  const { digest } = link.multihash;
  const bytes = Uint8Array.from([0x12, 0xa0, 0x00, ...digest]);
  return CID.createV1(link.code, { ...link.multihash, digest, bytes });
}

async function published(overrides: Partial<Parameters<typeof publishContribution>[0]> = {}) {
  const blocks = createMemoryStore();
  const contribution = await publishContribution({
    datanetId: 'facts',
    rows,
    licence: 'CC0-1.0',
    signer,
    blocks,
    timestamp: 1_700_000_000_000,
    ...overrides,
  });
  return { blocks, ...contribution };
}

describe('publish and read', () => {
  it('names at most 64 parents', async () => {
    const parents = Array.from({ length: 65 }, (_, index) => `bafy${index}` as Cid);
    await expect(published({ parents })).rejects.toMatchObject({
      code: 'CONTRIBUTION_TOO_LARGE',
      facts: { parents: 65 },
    });
  });

  it('signs which rows are published against the word of a rule, in one encoding', async () => {
    const overrides = [
      { row: 3, codes: ['API_TOKEN', 'PASSWORD'] as const },
      { row: 7, codes: ['SEED_PHRASE'] as const },
    ];
    const { blocks, cid, header } = await published({ overrides });
    expect(header.overrides).toEqual(overrides);
    expect((await readContributionHeader({ cid, blocks, verify })).overrides).toEqual(overrides);
    const document = decode<Record<string, unknown>>(await blocks.get(cid));
    for (const [wrong, code] of [
      [[], 'DOCUMENT_INVALID'],
      [overrides.toReversed(), 'DOCUMENT_INVALID'],
      [[{ row: 3, codes: ['PASSWORD', 'API_TOKEN'] }], 'DOCUMENT_INVALID'],
      [[{ row: 3, codes: ['EMAIL'] }], 'DOCUMENT_INVALID'],
      [[{ row: 3, codes: ['API_TOKEN'] }], 'SIGNATURE_INVALID'],
    ] as const) {
      const other = await blocks.put(encode({ ...document, overrides: wrong }), 'dag-cbor');
      await expect(readContributionHeader({ cid: other, blocks, verify })).rejects.toMatchObject({ code });
    }
    expect((await published()).header).not.toHaveProperty('overrides');
    const many = Array.from({ length: 1_001 }, (_, row) => ({ row, codes: ['API_TOKEN'] as const }));
    await expect(published({ overrides: many })).rejects.toMatchObject({ code: 'CONTRIBUTION_OVERRIDES' });
  });

  it('refuses an author that is not an account, and says which field of a header is wrong', async () => {
    expect(() => authorAddress('eip155:1:0xNOBODY')).toThrow(expect.objectContaining({ code: 'AUTHOR_INVALID' }));
    const { blocks, cid } = await published();
    const header = decode<Record<string, unknown>>(await blocks.get(cid));
    const wrong = await blocks.put(encode({ ...header, count: -1 }), 'dag-cbor');
    await expect(readContributionHeader({ cid: wrong, blocks, verify })).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      cause: { code: 'DOCUMENT_FIELD' },
    });
  });

  it('gives the same CID for the same rows, whatever the order of their fields', async () => {
    const { cid, header } = await published();
    const shuffled = await published({
      rows: rows.map(({ prompt, response, n }) => ({ n: n as number, response, prompt })),
    });
    expect(shuffled.cid).toBe(cid);
    expect(cid).toBe('bafyreidedowfnwvqp7wjfbjqucfhauhv5nbi7ouiwi3fp2q25yn7ztjl2m');
    expect(header).toMatchObject({
      author: 'eip155:1:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf',
      seq: 1,
      count: 50,
      bytes: 3_120,
      rows: ['bafkreibffodkckih62iyhw464ju6ssw2jlc6jvyff3vfaroxodgvpukh4e'],
      rowsRoot: '24f91b4d2deb5da2a44caf36d0ead14cb431a9675716d9c789fd51c4a2259178',
    });
  });

  it('reads back what was published, through dag-cbor with real links and bytes', async () => {
    const { blocks, cid, header } = await published();
    const read = await readContribution({ cid, blocks, verify });
    expect(read.header).toEqual(header);
    expect(read.rows).toEqual(rows);
    expect(await checkContribution({ cid, blocks, verify })).toEqual(header);
    const raw = decode(blocks.map.get(cid) as Uint8Array) as Record<string, unknown>;
    expect((raw['rows'] as CID[])[0]).toBeInstanceOf(CID);
    expect(raw['rowsRoot']).toHaveLength(32);
    expect(raw['sig']).toHaveLength(65);
  });

  it('refuses to publish nothing, too much, or a row without a canonical form', async () => {
    await expect(published({ rows: [] })).rejects.toMatchObject({ code: 'CONTRIBUTION_EMPTY' });
    await expect(published({ rows: [...rows, { prompt: 'a', response: '\udc00' }] })).rejects.toMatchObject({
      code: 'JSON_NOT_CANONICAL',
      facts: { row: 50 },
    });
  });

  it('refuses rows that fill a shard again and again, here and from others', async () => {
    const row = { prompt: 'again', response: 'x'.repeat(60_000) };
    await expect(published({ rows: Array.from({ length: 40 }, () => row) })).rejects.toMatchObject({
      code: 'CONTRIBUTION_REPEATS',
      facts: { shards: 3, different: 2 },
    });
    const { blocks, cid } = await published();
    const header = decode<{ rows: CID[] }>(await blocks.get(cid));
    const twice = await blocks.put(encode({ ...header, rows: [...header.rows, ...header.rows] }), 'dag-cbor');
    await expect(readContributionHeader({ cid: twice, blocks, verify })).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      facts: { path: 'rows' },
    });
  });

  it('stores no header when the wallet refuses', async () => {
    const blocks = createMemoryStore();
    const refusing = { address: signer.address, signMessage: () => Promise.reject(new Error('rejected by user')) };
    await expect(published({ blocks, signer: refusing })).rejects.toThrow('rejected by user');
    expect([...blocks.map.keys()].filter((cid) => cid.startsWith('bafyrei'))).toEqual([]);
  });
});

describe('what a reader refuses', () => {
  /** Publishes, changes the header's fields, stores it again under its new CID, with `sig` of the given signer. */
  async function changed(change: (header: Record<string, unknown>) => void, resign = false) {
    const { blocks, cid } = await published();
    const header = decode(blocks.map.get(cid) as Uint8Array) as Record<string, unknown>;
    change(header);
    if (resign) {
      const { sig: _, ...body } = header;
      header['sig'] = Uint8Array.from(Buffer.from((await signer.signMessage(encode(body))).slice(2), 'hex'));
    }
    const reading = { cid: await blocks.put(encode(header), 'dag-cbor'), blocks, verify };
    const [read, checked] = await Promise.allSettled([readContribution(reading), checkContribution(reading)]);
    // Who keeps rows for others refuses the same, with the same words.
    if (read.status === 'rejected' && checked.status === 'rejected') expect(checked.reason).toEqual(read.reason);
    else expect(checked.status).toBe(read.status);
    if (read.status === 'rejected') throw read.reason;
    return read.value;
  }

  it.each<[string, (header: Record<string, unknown>) => void]>([
    [
      'another author',
      (header) => Object.assign(header, { author: 'eip155:1:0x2b5ad5c4795c026514f8317c7a215e218dccd6cf' }),
    ],
    ['another licence', (header) => Object.assign(header, { license: 'MIT' })],
    ['another signature', (header) => (header['sig'] as Uint8Array).fill(7, 3, 9)],
  ])('%s under the old signature', async (_, change) => {
    await expect(changed(change)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['v', { v: 2 }],
    ['author', { author: 'eip155:1:0x2B5AD5C4795C026514F8317C7A215E218DCCD6CF' }],
    ['count', { count: 0 }],
    ['count', { count: 1.5 }],
    ['rowsRoot', { rowsRoot: new Uint8Array(31) }],
    ['rows.0', { rows: ['bafy'] }],
    ['parents', { parents: {} }],
    ['extra', { extra: 1 }],
  ])('a malformed field %s', async (path, fields) => {
    await expect(changed((header) => Object.assign(header, fields), true)).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      facts: { path },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['count', { count: 49 }],
    ['count', { count: 51 }],
    ['bytes', { bytes: 3_121 }],
    ['root', { rowsRoot: new Uint8Array(32) }],
  ])('signed but wrong %s', async (what, fields) => {
    await expect(changed((header) => Object.assign(header, fields), true)).rejects.toMatchObject({
      code: 'CONTRIBUTION_MISMATCH',
      facts: { what },
    });
  });

  it('another encoding of the same fields', async () => {
    const { blocks, cid } = await published();
    const bytes = blocks.map.get(cid) as Uint8Array;
    // A map of 14 whose first entry, "v": 1, is put last: dag-cbor wants the shortest key first.
    expect([...bytes.subarray(0, 4)]).toEqual([0xae, 0x61, 0x76, 0x01]);
    const reordered = Uint8Array.from([0xae, ...bytes.subarray(4), ...bytes.subarray(1, 4)]);
    const other = await blocks.put(reordered, 'dag-cbor');
    await expect(readContributionHeader({ cid: other, blocks, verify })).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      facts: { path: '(not canonical dag-cbor)' },
    });
  });

  it('more bytes than the header states', async () => {
    await expect(changed((header) => Object.assign(header, { bytes: 3_119 }), true)).rejects.toMatchObject({
      code: 'BLOCK_TOO_LARGE',
    });
  });

  it.each([
    ['{"response":"b","prompt":"a"}\n', 'form of row 0'],
    ['{"prompt": "a","response":"b"}\n', 'form of row 0'],
    ['{"prompt":"a","response":"e\u0301"}\n', 'form of row 0'],
    ['{"prompt":"a","response":"b"}', 'encoding of shard 0'],
    ['\n', 'form of row 0'],
  ])('rows that are not canonical: %j', async (shard, what) => {
    const store = createMemoryStore();
    const { cid: _, ...blocks } = {
      cid: '',
      ...store,
      put: (bytes: Uint8Array, codec: 'raw' | 'dag-cbor') =>
        store.put(codec === 'raw' ? new TextEncoder().encode(shard) : bytes, codec),
    };
    const { cid } = await publishContribution({
      datanetId: 'f',
      rows: rows.slice(0, 1),
      licence: 'MIT',
      signer,
      blocks,
      timestamp: 1,
    });
    const header = decode(store.map.get(cid) as Uint8Array) as { sig: Uint8Array };
    const { sig: __, ...body } = { ...header, bytes: new TextEncoder().encode(shard).byteLength };
    const sig = Uint8Array.from(Buffer.from((await signer.signMessage(encode(body))).slice(2), 'hex'));
    const forged = await store.put(encode({ ...body, sig }), 'dag-cbor');
    await expect(readContribution({ cid: forged, blocks: store, verify })).rejects.toMatchObject({
      code: 'CONTRIBUTION_MISMATCH',
      facts: { what },
    });
  });

  it('a signature in another form than the one that is canonical', async () => {
    const { blocks, cid } = await published();
    const header = decode<Record<string, unknown> & { sig: Uint8Array }>(await blocks.get(cid));
    for (const sig of malleated(header.sig)) {
      const copy = await blocks.put(encode({ ...header, sig }), 'dag-cbor');
      // The port that tests use recovers the author from each of them, so that it is the form alone which is refused.
      await expect(readContributionHeader({ cid: copy, blocks, verify: () => true })).rejects.toMatchObject({
        code: 'SIGNATURE_NOT_CANONICAL',
        facts: { cid: copy },
      });
    }
  });

  it.each([
    ['version 0', 'parents.0', (link: CID) => CID.createV0(link.multihash as never)],
    ['another codec', 'parents.0', (link: CID) => CID.createV1(0x70, link.multihash)],
    ['a padded length', '(not canonical dag-cbor)', padded],
  ])('a parent that is named by %s', async (_, path, rename) => {
    const store = createMemoryStore();
    const parent = (await published({ blocks: store })).cid;
    const { cid } = await published({ blocks: store, parents: [parent] });
    const header = decode<{ parents: CID[] }>(await store.get(cid));
    const copy = await store.put(encode({ ...header, parents: header.parents.map(rename) }), 'dag-cbor');
    await expect(readContributionHeader({ cid: copy, blocks: store, verify: () => true })).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      facts: { path },
    });
  });

  it('what a wallet signs with v of 0 or 1 is published in the canonical form, as the same document', async () => {
    const zeroOne = async (bytes: Uint8Array): Promise<`0x${string}`> => {
      const signature = await signer.signMessage(bytes);
      return `${signature.slice(0, -2)}${signature.endsWith('1b') ? '00' : '01'}`
        .toUpperCase()
        .replace('X', 'x') as never;
    };
    const { cid, header } = await published();
    const other = await published({ signer: { ...signer, signMessage: zeroOne } });
    expect([other.cid, other.header]).toEqual([cid, header]);
    expect(await readContributionHeader({ cid, blocks: other.blocks, verify })).toEqual(header);
  });

  it('bytes that are not those of the CID, from a lying store', async () => {
    const { blocks, cid, header } = await published();
    const shard = blocks.map.get(header.rows[0] as Cid) as Uint8Array;
    const flipped = Uint8Array.from(shard);
    flipped[5] = (flipped[5] as number) ^ 1;
    blocks.map.set(header.rows[0] as Cid, flipped);
    await expect(readContribution({ cid, blocks, verify })).rejects.toMatchObject({ code: 'BLOCK_CORRUPT' });
  });

  it('what is no dag-cbor, too large, deeply nested, of another codec, or no CID', async () => {
    const blocks = createMemoryStore();
    const read = async (bytes: Uint8Array) =>
      readContributionHeader({ cid: await blocks.put(bytes, 'dag-cbor'), blocks, verify });
    await expect(read(new Uint8Array([0xff]))).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      facts: { path: '(not canonical dag-cbor)' },
    });
    await expect(read(new Uint8Array(128 * 1024 + 1))).rejects.toMatchObject({ code: 'BLOCK_TOO_LARGE' });
    await expect(read(new Uint8Array(100_000).fill(0x81))).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    await expect(read(encode([]))).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    const raw = await blocks.put(encode([]), 'raw');
    await expect(readContributionHeader({ cid: raw, blocks, verify })).rejects.toMatchObject({ code: 'BLOCK_CODEC' });
    await expect(readContributionHeader({ cid: 'hello' as Cid, blocks, verify })).rejects.toMatchObject({
      code: 'CID_INVALID',
    });
    await expect(
      readContributionHeader({
        cid: 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid,
        blocks,
        verify,
      }),
    ).rejects.toMatchObject({ code: 'BLOCK_CODEC' });
  });
});

describe('union', () => {
  it('merges concurrent contributions, ancestors first, equal from any set of heads', async () => {
    const blocks = createMemoryStore();
    const publish = async (by: number, texts: string[], parents: Cid[]) =>
      publishContribution({
        datanetId: 'facts',
        rows: texts.map((prompt) => ({ prompt, response: 'r' })),
        licence: 'CC0-1.0',
        parents,
        signer: createTestSigner(by),
        blocks,
        timestamp: by,
      });
    const one = await publish(1, ['alpha', 'beta'], []);
    const left = await publish(2, ['gamma', 'ALPHA?'], [one.cid]);
    const right = await publish(3, ['delta'], [one.cid]);
    const top = await publish(1, ['epsilon'], [right.cid, left.cid, left.cid]);
    expect([one, left, right, top].map(({ header }) => header.seq)).toEqual([1, 2, 2, 3]);
    expect(top.header.parents).toEqual([left.cid, right.cid].sort());

    const union = await unionContributions({ heads: [top.cid], datanetId: 'facts', blocks, verify });
    expect(union.contributions.map(({ cid }) => cid)).toEqual([one.cid, ...[left.cid, right.cid].sort(), top.cid]);
    expect(union.heads).toEqual([top.cid]);
    expect(union.problems).toEqual([]);
    const parted = await unionContributions({ heads: [right.cid, left.cid], datanetId: 'facts', blocks, verify });
    expect(parted.heads).toEqual([left.cid, right.cid].sort());
  });

  it('names what is missing or foreign and goes on without it; a graph past the limit is refused', async () => {
    const { blocks, cid } = await published();
    const other = await publishContribution({
      datanetId: 'other',
      rows,
      licence: 'MIT',
      parents: [cid],
      signer,
      blocks,
      timestamp: 2,
    });
    const next = await publishContribution({
      datanetId: 'facts',
      rows,
      licence: 'MIT',
      parents: [cid, other.cid],
      signer,
      blocks,
      timestamp: 3,
    });
    const gone = 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua' as Cid;
    const union = await unionContributions({ heads: [next.cid, gone], datanetId: 'facts', blocks, verify });
    expect(union.contributions.map((contribution) => contribution.cid)).toEqual([cid, next.cid]);
    expect(union.problems.map(({ cid, error }) => [cid, error.code]).sort()).toEqual(
      [
        [gone, 'BLOCK_NOT_FOUND'],
        [other.cid, 'DATANET_OTHER'],
      ].sort(),
    );
    await expect(
      unionContributions({ heads: [next.cid], datanetId: 'facts', blocks, verify, limit: 2 }),
    ).rejects.toMatchObject({ code: 'DATANET_TOO_LARGE' });
  });
});
