import { afterAll, beforeEach, expect, test } from 'vitest';
import { database } from './database.ts';
import { eraseEverything } from './eraseEverything.ts';
import { eventTables } from './events.ts';

beforeEach(async () => void (await eraseEverything()));
// Test files that run one after the other share the browser's database.
afterAll(async () => void (await eraseEverything()));

const hash = (digit: number) => `0x${String(digit).repeat(64)}` as const;
const event = (blockNumber: number, logIndex: number, name = 'Funded') => ({
  id: `${blockNumber}/${logIndex}`,
  name,
  blockNumber,
  logIndex,
  blockHash: hash(blockNumber),
  args: { epoch: 12345678901234567890n, datanets: ['0x01'] },
});
const scope = 'genesis/events';
const first = {
  scope,
  expected: undefined,
  deleteAbove: -1,
  records: [event(2, 10), event(2, 9), event(1, 3), event(1, 4, 'Other')],
  blocks: [{ number: 2, hash: hash(2) }],
};

test('events come back as they were stored, by name, in the order of the chain', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  expect(await tables.blocks(scope)).toEqual([]);
  expect(await tables.commit(first)).toBe(true);
  expect(await tables.list(scope, 'Funded')).toEqual([event(1, 3), event(2, 9), event(2, 10)]);
  expect(await tables.list(scope, 'Other')).toEqual([event(1, 4, 'Other')]);
  expect(await tables.list('elsewhere', 'Funded')).toEqual([]);
  expect(await tables.blocks(scope)).toEqual(first.blocks);
});

test('a reorg takes back what is above the fork', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  await tables.commit(first);
  const blocks = [{ number: 1, hash: hash(1) }];
  expect(await tables.commit({ scope, expected: hash(2), deleteAbove: 1, records: [event(5, 0)], blocks })).toBe(true);
  expect(await tables.list(scope, 'Funded')).toEqual([event(1, 3), event(5, 0)]);
  expect(await tables.blocks(scope)).toEqual(blocks);
});

test('a change on another block than the stored one changes nothing', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  await tables.commit(first);
  for (const expected of [undefined, hash(3)]) {
    const change = { scope, expected, deleteAbove: -1, records: [event(7, 0)], blocks: [] };
    expect(await tables.commit(change)).toBe(false);
  }
  expect(await tables.list(scope, 'Funded')).toHaveLength(3);
  expect(await tables.blocks(scope)).toEqual(first.blocks);
});

test('a commit that fails leaves nothing of itself', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  await tables.commit(first);
  const broken = { ...event(3, 0), args: { epoch: 1n, datanets: [(() => '0x') as unknown as string] } };
  const change = { scope, expected: hash(2), deleteAbove: 0, records: [event(3, 1), broken], blocks: [] };
  await expect(tables.commit(change)).rejects.toThrow();
  expect(await tables.list(scope, 'Funded')).toHaveLength(3);
  expect(await tables.blocks(scope)).toEqual(first.blocks);
});

test('the first rows of a new scope delete those of others', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  await tables.commit(first);
  await tables.commit({ ...first, scope: 'reset/events', records: [event(1, 0)] });
  expect(await tables.list(scope, 'Funded')).toEqual([]);
  expect(await tables.blocks(scope)).toEqual([]);
  expect(await tables.list('reset/events', 'Funded')).toEqual([event(1, 0)]);
});

test('damaged events go with all of their scope, and what is told is told in words', async () => {
  const tables = eventTables<ReturnType<typeof event>>();
  for (const damaged of [{ args: 5 }, { blockHash: 'x' }, { id: '1/3', blockHash: undefined }]) {
    await tables.commit(first);
    await database().events.put({ ...event(1, 3), ...damaged, scope } as never);
    await expect(tables.list(scope, 'Funded')).rejects.toMatchObject({
      code: 'STORE_EVENTS_DAMAGED',
      facts: { scope },
    });
    expect(await tables.list(scope, 'Funded')).toEqual([]);
    expect(await tables.blocks(scope)).toEqual([]);
    expect(await tables.commit(first)).toBe(true);
    expect(await tables.list(scope, 'Funded')).toHaveLength(3);
    await database().eventBlocks.clear();
  }
});

test.each([[[{ number: -1, hash: hash(1) }]], [[{ number: 1, hash: '0x1' }]], [5], [undefined]])(
  'blocks that say %j count as none',
  async (blocks) => {
    const tables = eventTables<ReturnType<typeof event>>();
    await tables.commit(first);
    await database().eventBlocks.put({ scope, blocks } as never);
    expect(await tables.blocks(scope)).toEqual([]);
    expect(await tables.commit(first)).toBe(true);
  },
);
