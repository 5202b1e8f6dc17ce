// A browser that last saw an earlier version opens the database of now without losing anything that still counts.
import Dexie from 'dexie';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { database, eraseEverything } from './index.ts';

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
});
afterAll(async () => void (await eraseEverything()));

/** The tables as each version had them, written down when it was current. A new version adds its own here. */
const versions: readonly Record<string, string>[] = [
  {
    chats: 'id, updatedAt',
    messages: 'id, chatId, [chatId+createdAt]',
    drafts: 'key',
    receipts: 'id, messageId, createdAt',
    sessions: 'id',
    vouchers: 'id, updatedAt',
    runs: 'id, state, updatedAt',
    checkpoints: 'id, runId, [runId+step]',
    contributions: 'id, datanetId, createdAt',
    adapters: 'id, modelId, createdAt',
    settings: 'key',
  },
  { models: 'id' },
  { events: '[scope+id], [scope+name+blockNumber+logIndex], [scope+blockNumber]', eventBlocks: 'scope' },
  // Vouchers that do not name their signer are void.
  {},
];

const rows: Record<string, readonly object[]> = {
  chats: [{ id: 'c', title: 'Boats', modelId: 'm', createdAt: 1, updatedAt: 2 }],
  messages: [{ id: 'm', chatId: 'c', role: 'user', content: 'Who?', createdAt: 1, state: 'done' }],
  drafts: [{ key: 'chat', value: 'half', updatedAt: 1 }],
  receipts: [{ id: 'r', messageId: 'm', createdAt: 1, bytes: Uint8Array.of(1, 255) }],
  sessions: [{ id: 's', privateKey: '0x11', cap: 10n ** 20n }],
  vouchers: [{ id: 'v', updatedAt: 1, cumulative: 7n }],
  runs: [{ id: 'n', state: 'running', updatedAt: 1 }],
  checkpoints: [{ id: 'n-3', runId: 'n', step: 3 }],
  contributions: [{ id: 'k', datanetId: 'd', createdAt: 1 }],
  adapters: [{ id: 'a', modelId: 'm', createdAt: 1 }],
  settings: [{ key: 'wallet', value: 'burner' }],
  models: [{ id: 'm', plan: { stage: 'done' } }],
  events: [{ scope: 's', id: '1/0', name: 'Funded', blockNumber: 1, logIndex: 0 }],
  eventBlocks: [{ scope: 's', blocks: [] }],
};

test.each([1, 2, 3])('from version %i', async (version) => {
  const before = new Dexie('tributary');
  versions.slice(0, version).forEach((tables, index) => void before.version(index + 1).stores(tables));
  const present = before.tables.map(({ name }) => name);
  for (const name of present) await before.table(name).bulkPut([...(rows[name] ?? [])]);
  before.close();
  const now = database();
  await now.open();
  for (const table of now.tables)
    expect(await table.toArray(), table.name).toEqual(
      present.includes(table.name) && table.name !== 'vouchers' ? rows[table.name] : [],
    );
  expect(await now.messages.where('[chatId+createdAt]').between(['c', 0], ['c', 9]).count()).toBe(1);
});

test('the tables of now are those of the last version named here', () => {
  expect(database().verno).toBe(versions.length);
  expect(
    database()
      .tables.map(({ name }) => name)
      .sort(),
  ).toEqual(Object.keys(rows).sort());
});
