import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../../test/support/datanet.ts';
import {
  contentKey,
  type Evidence,
  lookAlikeKey,
  publishContribution,
  type Row,
  rowHash,
} from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { knownContent } from './knownContent.ts';
import { type SourceRow, sampleSource } from './rowSource.ts';
import { collectSourceRows, type SourceRowsPorts, sourceRows } from './sourceRows.ts';
import { uniqueRows } from './uniqueRows.ts';

const alice = `0x${'A'.repeat(40)}`;
const bob = `0x${'b'.repeat(40)}`;
const samples: Row[] = [
  { prompt: 'Where is Larkmoor?', response: 'On Heron Island.' },
  { prompt: 'Where is Fennick?', response: 'On Heron Island.' },
  { prompt: 'where is larkmoor', response: 'on Heron  island' },
];

async function world(
  contributors: unknown[] = [
    { address: alice, rows: [0, 1] },
    { address: bob, rows: [1, 3] },
  ],
) {
  const store = createMemoryStore();
  const files: Record<string, string> = {
    'https://towns/rows.jsonl': `${samples.map((row) => JSON.stringify(row)).join('\n')}\n`,
    'https://towns/datanet.json': JSON.stringify({ contributors }),
  };
  let readers = 0;
  let asked = 0;
  const evidence = new Map<string, Evidence>();
  const ports: SourceRowsPorts = {
    sampleFiles: (id) =>
      id === 'towns' ? { rowsUrl: 'https://towns/rows.jsonl', datanetUrl: 'https://towns/datanet.json' } : undefined,
    async fetchText(url) {
      const text = files[url];
      if (text === undefined) throw new TributaryError({ code: 'APP_DOWNLOAD_FAILED', message: url, hint: '' });
      return text;
    },
    async contributionReader() {
      readers += 1;
      return { blocks: store, verify };
    },
    async evidenceOf() {
      asked += 1;
      return evidence;
    },
  };
  const contribute = async (rows: readonly Row[], signer = createTestSigner(1), timestamp = 1_700_000_000_000) =>
    (
      await publishContribution({
        datanetId: 'towns',
        rows,
        licence: 'CC0-1.0',
        signer,
        blocks: store,
        timestamp,
      })
    ).cid;
  return { ports, files, contribute, evidence, asked: () => asked, readers: () => readers };
}

const sample = { datanetId: 'towns', source: sampleSource('towns') };

describe('sourceRows', () => {
  test('assigns sample rows to their contributors by range, without any peer', async () => {
    const { ports, readers } = await world();
    const rows = await sourceRows(sample, { ports });
    expect(rows.map(({ position, account }) => [position, account])).toStrictEqual([
      [0, alice.toLowerCase()],
      [1, bob],
      [2, bob],
    ]);
    expect(rows[0]).toMatchObject({ datanetId: 'towns', contribution: 'sample:towns', row: samples[0] });
    expect(rows[0]?.rowHash).toBe(rowHash(samples[0] as Row));
    expect(readers()).toBe(0);
  });

  test('refuses a sample row without a contributor, naming it', async () => {
    const { ports } = await world([{ address: alice, rows: [0, 2] }]);
    await expect(sourceRows(sample, { ports })).rejects.toMatchObject({
      code: 'APP_SAMPLE_INVALID',
      facts: { position: 2 },
    });
  });

  test.each([
    ['no JSON', '{"prompt": '],
    ['nothing', 'null'],
    ['without a response', '{"prompt": "Where?"}'],
    ['whose response is no text', '{"prompt": "Where?", "response": 7}'],
  ])('refuses a sample row that is %s, naming it', async (_, line) => {
    const { ports, files } = await world();
    files['https://towns/rows.jsonl'] = `${JSON.stringify(samples[0])}\n${line}\n`;
    await expect(sourceRows(sample, { ports })).rejects.toMatchObject({
      code: 'APP_SAMPLE_INVALID',
      facts: { position: 1 },
    });
  });

  test.each([
    ['<html>', ''],
    ['null', ''],
    ['{"contributors": [{"address": "0x12", "rows": [0, 1]}]}', 'contributors.0.address'],
  ])('refuses %j for the names of contributors', async (text, field) => {
    const { ports, files } = await world();
    files['https://towns/datanet.json'] = text;
    await expect(sourceRows(sample, { ports })).rejects.toMatchObject({
      code: 'APP_SAMPLE_INVALID',
      facts: { datanet: 'towns', field },
    });
  });

  test('says when this copy does not have the samples', async () => {
    const { ports } = await world();
    await expect(sourceRows({ datanetId: 'seas', source: sampleSource('seas') }, { ports })).rejects.toMatchObject({
      code: 'APP_SOURCE_UNKNOWN',
    });
  });

  test('reads a contribution by CID and pays whoever signed it', async () => {
    const { ports, contribute } = await world();
    const signer = createTestSigner(2);
    const source = await contribute(samples.slice(0, 2), signer);
    const rows = await sourceRows({ datanetId: 'towns', source }, { ports });
    expect(rows.map(({ account, contribution, position }) => [account, contribution, position])).toStrictEqual([
      [signer.address.toLowerCase(), source, 0],
      [signer.address.toLowerCase(), source, 1],
    ]);
  });
});

describe('the same content', () => {
  test('counts once, for whoever comes first, over sources too', async () => {
    const { ports, contribute } = await world();
    const copy = await contribute([{ prompt: 'WHERE IS FENNICK?', response: 'on heron island' }]);
    const { rows, duplicates } = await collectSourceRows([sample, { datanetId: 'towns', source: copy }], { ports });
    expect(rows.map(({ contribution, position }) => [contribution, position])).toStrictEqual([
      ['sample:towns', 0],
      ['sample:towns', 1],
    ]);
    expect(duplicates).toBe(2);
    const reversed = await collectSourceRows([{ datanetId: 'towns', source: copy }, sample], { ports });
    // Sample rows were there before anybody could copy them: who asks in another order pays nobody else.
    expect(reversed.rows.map(({ contribution, position, account }) => [contribution, position, account])).toStrictEqual(
      [
        ['sample:towns', 1, bob],
        ['sample:towns', 0, alice.toLowerCase()],
      ],
    );
  });

  test('is owned by whoever was first by chain or witness, and never by who says so of himself', async () => {
    const { ports, contribute, evidence, asked } = await world();
    const rows: Row[] = [{ prompt: 'Who guards the gate?', response: 'Ysolde.' }];
    const [author, thief] = [createTestSigner(2), createTestSigner(3)];
    const original = await contribute(rows, author);
    const copies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((timestamp) =>
        contribute([...rows, { prompt: 'More?', response: 'No.' }], thief, timestamp),
      ),
    );
    const sources = [...copies, original].map((source) => ({ datanetId: 'towns', source }));
    const owners = async (order = sources) => {
      const unique = await collectSourceRows(order, { ports });
      return unique.rows.map(({ account }) => (account === author.address.toLowerCase() ? 'author' : 'thief'));
    };
    evidence.set(original, { witnesses: [{ relay: 'r', time: 9 }] });
    expect(await owners()).toStrictEqual(['author', 'thief']);
    for (const copy of copies) evidence.set(copy, { witnesses: [{ relay: 'r', time: 10 }] });
    expect(await owners()).toStrictEqual(['author', 'thief']);
    expect(await owners(sources.toReversed())).toStrictEqual(['author', 'thief']);
    evidence.set(copies[0] as string, { witnesses: [{ relay: 'r', time: 8 }] });
    expect(await owners()).toStrictEqual(['thief', 'thief']);
    evidence.set(original, { chain: { time: 100, index: 0 } });
    expect(await owners()).toStrictEqual(['author', 'thief']);
    const before = asked();
    await owners(sources.slice(0, 2));
    expect(asked()).toBe(before);
  });

  test('stays at its place and in its spelling, whoever owns it', async () => {
    const { ports, contribute, evidence } = await world();
    const [loud, quiet] = [
      await contribute([{ prompt: 'WHO?', response: 'Ysolde.' }], createTestSigner(2)),
      await contribute([{ prompt: 'who', response: 'ysolde' }], createTestSigner(3)),
    ];
    evidence.set(quiet, { witnesses: [{ relay: 'r', time: 1 }] });
    const { rows } = await collectSourceRows(
      [loud, quiet].map((source) => ({ datanetId: 'towns', source })),
      { ports },
    );
    const row = { prompt: 'WHO?', response: 'Ysolde.' };
    const account = createTestSigner(3).address.toLowerCase();
    expect(rows).toStrictEqual([
      { datanetId: 'towns', contribution: quiet, position: 0, account, row, rowHash: rowHash(row) },
    ]);
  });

  const rowOf = fc
    .record({ prompt: fc.constantFrom('a', 'A', 'b', 'c?', 'c'), response: fc.constantFrom('x', 'X!', 'y') })
    .map((row): SourceRow => ({ datanetId: '', contribution: '', position: 0, account: '', row, rowHash: '' }));
  const keys = (rows: readonly SourceRow[]): string[] => rows.map(({ row }) => contentKey(row));

  test('is the same set whatever the order, a subsequence, and loses no row but duplicates', () => {
    fc.assert(
      fc.property(
        fc
          .array(rowOf)
          .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          const unique = uniqueRows(rows, () => 0);
          expect(new Set(keys(unique.rows))).toStrictEqual(new Set(keys(rows)));
          expect(new Set(keys(unique.rows)).size).toBe(unique.rows.length);
          expect(unique.rows.length + unique.duplicates).toBe(rows.length);
          expect(new Set(keys(uniqueRows(shuffled, () => 0).rows))).toStrictEqual(new Set(keys(unique.rows)));
          for (const row of unique.rows)
            expect(rows.find((other) => contentKey(other.row) === contentKey(row.row))).toStrictEqual(row);
          expect(uniqueRows(unique.rows, () => 0)).toStrictEqual({ rows: unique.rows, duplicates: 0 });
        },
      ),
    );
  });
});

test('known content is that of samples and own contributions, not of those that would need a peer', async () => {
  const { ports, contribute } = await world();
  const own = await contribute([{ prompt: 'Where is Oxhollow?', response: 'On Heron Island.' }]);
  const datanet = {
    id: 'towns',
    name: 'Towns',
    summary: '',
    licence: '',
    rowCount: 0,
    contributorCount: 0,
    origin: 'config' as const,
    rowsUrl: './rows.jsonl',
    contributions: [own, 'bafy-of-a-peer'].map((id) => ({
      id,
      datanetId: 'towns',
      contributor: '',
      rows: 1,
      mine: id === own,
      state: 'published' as const,
      createdAt: 0,
    })),
  };
  const { existing, existingLookAlikes } = await knownContent(datanet, { ports });
  expect(existing).toStrictEqual(
    new Set([...samples, { prompt: 'Where is Oxhollow?', response: 'On Heron Island.' }].map(contentKey)),
  );
  expect(existingLookAlikes).toStrictEqual(
    new Set([...samples, { prompt: 'Where is Oxhollow?', response: 'On Heron Island.' }].map(lookAlikeKey)),
  );
  const { rowsUrl: _, ...ofPeers } = datanet;
  expect((await knownContent(ofPeers, { ports })).existing.size).toBe(1);
});
