import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../test/support/datanet.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { contributorNames } from './contributorNames.ts';
import { decodeDescription, isDescriptionCid, MAX_DESCRIPTION_BYTES } from './datanetDescription.ts';
import { datanetEntries } from './datanetEntries.ts';
import { createDatanet, type KnownDatanet } from './knownDatanets.ts';

const towns = { name: 'Towns', summary: 'Where they are.', licence: 'CC0-1.0' };
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('the description of a Datanet', () => {
  test('is named by its CID and comes back from its bytes', async () => {
    const store = createMemoryStore();
    const known = new Map<string, KnownDatanet>();
    const id = await createDatanet(towns, {
      isOffered: () => false,
      isKnown: async () => false,
      remember: async (datanetId, datanet) => void known.set(datanetId, datanet),
      blocks: async () => store,
    });
    expect(id).toBe('bafkreicuo2gcv6yejzcvooicxlx4cj7is7ql3qcfyexskatrxfktzbyycm');
    expect(isDescriptionCid(id)).toBe(true);
    expect(decodeDescription(store.map.get(id as never) as Uint8Array)).toStrictEqual({
      v: 1,
      type: 'datanet',
      ...towns,
    });
    expect(known.get(id)).toStrictEqual({ description: { v: 1, type: 'datanet', ...towns }, mine: true });
  });

  test.each([
    ['text that is not JSON', new TextEncoder().encode('{')],
    ['another document', bytesOf({ v: 1, type: 'contribution', ...towns })],
    ['no name', bytesOf({ v: 1, type: 'datanet', ...towns, name: '  ' })],
    ['a later version', bytesOf({ v: 2, type: 'datanet', ...towns })],
    ['more than its size', new Uint8Array(MAX_DESCRIPTION_BYTES + 1)],
  ])('is not %s', (_, bytes) => expect(decodeDescription(bytes)).toBeUndefined());

  test.each([
    ['name', 100],
    ['summary', 400],
    ['licence', 100],
  ] as const)('has a %s of at most %i characters', (field, most) => {
    const of = (length: number) =>
      decodeDescription(bytesOf({ v: 1, type: 'datanet', ...towns, [field]: 'a'.repeat(length) }));
    expect(of(most)?.[field]).toHaveLength(most);
    expect(of(most + 1)).toBeUndefined();
  });

  test('has at most so many bytes', () => {
    const bytes = bytesOf({ v: 1, type: 'datanet', ...towns });
    const padded = (length: number) => {
      const all = new Uint8Array(length).fill(32);
      all.set(bytes);
      return decodeDescription(all);
    };
    expect(padded(MAX_DESCRIPTION_BYTES)?.name).toBe('Towns');
    expect(padded(MAX_DESCRIPTION_BYTES + 1)).toBeUndefined();
    expect(MAX_DESCRIPTION_BYTES).toBe(4096);
  });

  test('only a raw CID names one', () => {
    for (const id of ['towns', `0x${'a'.repeat(64)}`, `bafyrei${'a'.repeat(52)}`, `bafkrei${'a'.repeat(53)}`])
      expect(isDescriptionCid(id)).toBe(false);
  });
});

const contribution = (id: string, datanetId: string, contributor: string, rows: number): ContributionRecord => ({
  id,
  datanetId,
  contributor,
  rows,
  mine: false,
  state: 'published',
  createdAt: 0,
});

test('lists the configuration first, adds what was contributed, and names what is known', async () => {
  const entries = await datanetEntries({
    offered: [
      {
        id: 'seas',
        name: 'Seas',
        description: 'Tides.',
        licence: 'CC0-1.0',
        rowCount: 100,
        contributorCount: 2,
        rowsUrl: './r',
      },
    ],
    known: { towns: { description: { v: 1, type: 'datanet', ...towns }, mine: true } },
    contributions: [
      contribution('one', 'seas', '0x1', 10),
      contribution('two', 'seas', '0x1', 5),
      contribution('three', 'towns', '0x2', 7),
      contribution('four', 'unheard', '0x3', 1),
    ],
  });
  expect(
    entries.map(({ id, name, origin, rowCount, contributorCount }) => [id, name, origin, rowCount, contributorCount]),
  ).toStrictEqual([
    ['seas', 'Seas', 'config', 115, 3],
    ['towns', 'Towns', 'mine', 7, 1],
    ['unheard', undefined, 'peers', 1, 1],
  ]);
  expect(entries[0]?.contributions.map(({ id }) => id)).toStrictEqual(['one', 'two']);
  expect(entries.map(({ summary, licence, rowsUrl }) => [summary, licence, rowsUrl])).toStrictEqual([
    ['Tides.', 'CC0-1.0', './r'],
    ['Where they are.', 'CC0-1.0', undefined],
    ['', '', undefined],
  ]);
});

test('of what nobody has contributed to the sample rows alone are counted, or none', async () => {
  const described = { description: { v: 1, type: 'datanet', ...towns }, mine: false } as const;
  const offer = { id: 'seas', name: 'Seas', description: '', licence: '' };
  const entries = await datanetEntries({
    offered: [
      { ...offer, rowCount: 100, contributorCount: 2 },
      { ...offer, id: 'bare' },
    ],
    // Named by the configuration as well: it is listed once, as the configuration has it.
    known: { seas: described, towns: described },
    contributions: [],
  });
  expect(entries).toStrictEqual([
    {
      ...{ id: 'seas', name: 'Seas', summary: '', licence: '', origin: 'config', contributions: [] },
      ...{ rowCount: 100, contributorCount: 2 },
    },
    {
      ...{ id: 'bare', name: 'Seas', summary: '', licence: '', origin: 'config', contributions: [] },
      ...{ rowCount: 0, contributorCount: 0 },
    },
    {
      ...{ id: 'towns', name: 'Towns', summary: 'Where they are.', licence: 'CC0-1.0', origin: 'peers' },
      ...{ contributions: [], rowCount: 0, contributorCount: 0 },
    },
  ]);
  expect(entries.some((entry) => 'rowsUrl' in entry)).toBe(false);
});

test('names contributors by lower-case address and passes over Datanets that tell nothing', async () => {
  const answers: Record<string, unknown> = {
    towns: { contributors: [{ address: '0xAB', name: 'Ada' }, { address: '0xcd' }] },
    broken: { contributors: 'nobody' },
    missing: undefined,
  };
  const names = await contributorNames(['towns', 'broken', 'missing', 'silent'], {
    contributorsUrl: (id) => (id in answers ? id : undefined),
    fetchJson: async (url) => answers[url],
  });
  expect(names).toStrictEqual({ '0xab': 'Ada' });
});
