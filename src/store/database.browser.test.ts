// A browser that last saw an earlier version opens the database of now without losing anything that still counts.
import Dexie from 'dexie';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { settled } from '../lib/indexedDb.ts';
import { type DamagedRecord, followDamagedRecords, forgetDamagedRecords } from './damagedRecords.ts';
import { database } from './database.ts';
import { eraseEverything } from './eraseEverything.ts';
import {
  adapter,
  chat,
  checkpoint,
  contribution,
  message,
  model,
  receipt,
  run,
  session,
  voucher,
} from './testing/records.ts';

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
  chats: [chat],
  messages: [message],
  drafts: [{ key: 'chat', value: 'half', updatedAt: 1 }],
  receipts: [receipt],
  sessions: [session],
  vouchers: [voucher],
  runs: [run],
  checkpoints: [checkpoint],
  contributions: [contribution],
  adapters: [adapter],
  settings: [{ key: 'wallet', value: 'burner' }],
  models: [model],
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

describe('a record that is damaged, or of another version', () => {
  let seen: readonly DamagedRecord[] = [];
  let end: (() => void) | undefined;
  beforeEach(() => {
    end?.();
    // The database went, not with Dexie, when everything was erased.
    for (const { name } of database().tables) forgetDamagedRecords(name);
    end = followDamagedRecords((records) => {
      seen = records;
    });
  });

  /** The record with a field of another type, as damage or another version may leave it. */
  const damage: Record<string, (record: never) => object> = {
    chats: (record: object) => ({ ...record, title: 5 }),
    messages: (record: object) => ({ ...record, role: 'system' }),
    drafts: (record: object) => ({ ...record, value: { text: 'half' } }),
    receipts: (record: object) => ({ ...record, bytes: 'text' }),
    sessions: (record: object) => ({ ...record, cap: '10' }),
    vouchers: (record: object) => ({ ...record, cumulative: 8n }),
    runs: (record: object) => ({ ...record, losses: undefined }),
    checkpoints: (record: object) => ({ ...record, bytes: -1 }),
    contributions: (record: object) => ({ ...record, data: {} }),
    adapters: (record: object) => ({ ...record, files: [{ name: 'x' }] }),
    settings: (record: object) => ({ ...record, value: 7 }),
    models: (record: object) => ({ ...record, plan: { stage: 'done' } }),
  };
  /** Beneath Dexie, as damage comes. */
  async function putRaw(table: string, record: object): Promise<void> {
    await database().open();
    const transaction = database().backendDB().transaction(table, 'readwrite');
    await settled(transaction.objectStore(table).put(record));
  }
  async function raw(table: string): Promise<unknown[]> {
    return await settled(database().backendDB().transaction(table).objectStore(table).getAll());
  }

  test.each(Object.keys(damage))('of %s is read by nobody, told, and still there', async (name) => {
    const table = database().table(name);
    const [whole] = rows[name] as readonly [never];
    const damaged = damage[name]?.(whole) ?? {};
    await putRaw(name, damaged);
    const key = String((whole as { id?: string; key?: string }).id ?? (whole as { key: string }).key);
    expect(await table.get(key)).toBeUndefined();
    expect(await table.bulkGet([key])).toEqual([undefined]);
    expect(await table.toArray()).toEqual([]);
    expect(await table.filter(() => true).toArray()).toEqual([]);
    expect(await table.toCollection().first()).toBeUndefined();
    expect(seen).toEqual([{ table: name, key }]);
    expect(await raw(name)).toEqual([damaged]);
  });

  test('does not hide the others, in either direction, nor shorten a list', async () => {
    const { messages } = database();
    const at = (createdAt: number) => ({ ...message, id: String(createdAt), createdAt });
    await messages.bulkPut([at(1), at(2), at(3), at(4)]);
    await putRaw('messages', { ...at(2), state: 'lost' });
    await putRaw('messages', { ...at(4), content: null });
    const inOrder = () => messages.where('[chatId+createdAt]').between(['c', 0], ['c', 9]);
    expect((await inOrder().toArray()).map(({ id }) => id)).toEqual(['1', '3']);
    expect((await inOrder().reverse().first())?.id).toBe('3');
    expect((await inOrder().limit(2).toArray()).map(({ id }) => id)).toEqual(['1', '3']);
    expect(
      (
        await inOrder()
          .filter(({ id }) => id > '1')
          .toArray()
      ).map(({ id }) => id),
    ).toEqual(['3']);
    expect(seen.map(({ key }) => key).sort()).toEqual(['2', '4']);
  });

  test('is neither changed nor deleted by a change of all, and one by key leaves the rest of it', async () => {
    const { messages } = database();
    await putRaw('messages', { ...message, role: 'system', state: 'streaming' });
    await messages.filter(({ state }) => state === 'streaming').modify({ state: 'interrupted' });
    expect(await raw('messages')).toEqual([{ ...message, role: 'system', state: 'streaming' }]);
    await messages.update('m', { state: 'done' });
    expect(await raw('messages')).toEqual([{ ...message, role: 'system', state: 'done' }]);
  });

  test('written again or deleted it is told no more', async () => {
    await putRaw('chats', { ...chat, title: 5 });
    await putRaw('chats', { ...chat, id: 'd', title: 5 });
    expect(await database().chats.toArray()).toEqual([]);
    expect(seen).toHaveLength(2);
    await database().chats.put(chat);
    expect(seen).toEqual([{ table: 'chats', key: 'd' }]);
    await database().chats.delete('d');
    expect(seen).toEqual([]);
    expect(await database().chats.toArray()).toEqual([chat]);
  });

  test.each([
    ['sessions', session.id],
    ['vouchers', voucher.id],
    ['settings', 'burnerKey'],
    ['settings', 'keyLock'],
  ])('of %s is not written over: %s', async (table, key) => {
    const kept = table === 'settings' ? { key, value: 7 } : damage[table]?.(rows[table]?.[0] as never);
    await putRaw(table, kept as object);
    const next = table === 'settings' ? { key, value: '0x11' } : (rows[table]?.[0] as object);
    await expect(database().table(table).put(next)).rejects.toMatchObject({
      code: 'STORE_RECORD_DAMAGED',
      facts: { table, key },
    });
    expect(await raw(table)).toEqual([kept]);
  });

  test('of a key that no room knows is nobody’s affair', async () => {
    await database().settings.put({ key: 'of a later version', value: 7 });
    await database().drafts.put({ key: 'of a later room', value: 7, updatedAt: 1 });
    expect((await database().settings.get('of a later version'))?.value).toBe(7);
    expect((await database().drafts.get('of a later room'))?.value).toBe(7);
    expect(seen).toEqual([]);
  });
});
