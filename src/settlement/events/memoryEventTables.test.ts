import { expect, test } from 'vitest';
import type { EventName, EventRecord } from './eventReader.ts';
import { memoryEventTables } from './memoryEventTables.ts';
import { word } from './testing/fakeChain.ts';

const record = (blockNumber: number, logIndex: number, name: EventName = 'Funded') =>
  ({ id: `${name}/${blockNumber}/${logIndex}`, name, blockNumber, logIndex }) as EventRecord;
const block = (number: number) => ({ number, hash: word(number) });
const places = (records: readonly EventRecord[]) => records.map(({ blockNumber, logIndex }) => [blockNumber, logIndex]);

test('lists one name, ascending by block and log, whatever the order in which they were stored', async () => {
  const tables = memoryEventTables();
  const records = [record(10, 2), record(9, 3), record(10, 0), record(9, 1, 'DatanetCreated'), record(10, 1)];
  await tables.commit({ scope: 'a', expected: undefined, deleteAbove: 0, records, blocks: [block(10)] });
  expect(places(await tables.list('a', 'Funded'))).toEqual([
    [9, 3],
    [10, 0],
    [10, 1],
    [10, 2],
  ]);
  expect(places(await tables.list('a', 'DatanetCreated'))).toEqual([[9, 1]]);
  expect(await tables.list('b', 'Funded')).toEqual([]);
});

test('a change builds on the last block that is stored, or changes nothing', async () => {
  const tables = memoryEventTables();
  const change = { scope: 'a', deleteAbove: 9, records: [record(11, 0)], blocks: [block(9), block(11)] };
  expect(await tables.blocks('a')).toEqual([]);
  expect(await tables.commit({ ...change, expected: word(1) })).toBe(false);
  expect(await tables.blocks('a')).toEqual([]);
  const first = { ...change, deleteAbove: 0, records: [record(9, 0), record(10, 0)], blocks: [block(9), block(10)] };
  expect(await tables.commit({ ...first, expected: undefined })).toBe(true);
  expect(await tables.commit({ ...change, expected: undefined })).toBe(false);
  expect(await tables.commit({ ...change, expected: word(9) })).toBe(false);
  expect(places(await tables.list('a', 'Funded'))).toEqual([
    [9, 0],
    [10, 0],
  ]);
  // The record of block 10 is taken back.
  expect(await tables.commit({ ...change, expected: word(10) })).toBe(true);
  expect(places(await tables.list('a', 'Funded'))).toEqual([
    [9, 0],
    [11, 0],
  ]);
  expect(await tables.blocks('a')).toEqual([block(9), block(11)]);
  expect(await tables.blocks('b')).toEqual([]);
});
