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
    expect(decodeDescription(store.map.get(id as never) as Uint8Array)).toEqual({ v: 1, type: 'datanet', ...towns });
    expect(known.get(id)?.mine).toBe(true);
  });

  test.each([
    ['text that is not JSON', new TextEncoder().encode('{')],
    ['another document', bytesOf({ v: 1, type: 'contribution', ...towns })],
    ['no name', bytesOf({ v: 1, type: 'datanet', ...towns, name: '  ' })],
    ['a later version', bytesOf({ v: 2, type: 'datanet', ...towns })],
    ['more than its size', new Uint8Array(MAX_DESCRIPTION_BYTES + 1)],
  ])('is not %s', (_, bytes) => expect(decodeDescription(bytes)).toBeUndefined());

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
  ).toEqual([
    ['seas', 'Seas', 'config', 115, 3],
    ['towns', 'Towns', 'mine', 7, 1],
    ['unheard', undefined, 'peers', 1, 1],
  ]);
  expect(entries[0]?.contributions.map(({ id }) => id)).toEqual(['one', 'two']);
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
  expect(names).toEqual({ '0xab': 'Ada' });
});
