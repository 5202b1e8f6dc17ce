// Events of the chain between visits: the settlement's `EventTables` over IndexedDB. One deployment at a time: the first rows
// of a new scope delete those of every other, so that a reset local chain leaves nothing behind.
import Dexie from 'dexie';
import * as v from 'valibot';
import { TributaryError } from '../lib/errors.ts';
import { database, type EventBlocksRecord, type EventRow } from './database.ts';
import { guardWrite } from './guard.ts';

type Blocks = EventBlocksRecord['blocks'];

interface EventTablesChange<Event> {
  readonly scope: string;
  readonly expected: string | undefined;
  readonly deleteAbove: number;
  readonly records: readonly Event[];
  readonly blocks: Blocks;
}

interface EventTables<Event> {
  blocks(scope: string): Promise<Blocks>;
  commit(change: EventTablesChange<Event>): Promise<boolean>;
  list(scope: string, name: string): Promise<readonly Event[]>;
}

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const blocksSchema = v.array(v.object({ number: natural, hash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/i)) }));
const rowSchema = v.looseObject({
  id: v.string(),
  name: v.string(),
  blockNumber: natural,
  logIndex: natural,
  blockHash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/i)),
  args: v.record(v.string(), v.unknown()),
});

/**
 * The port is the settlement's (`EventTables`), and so is the shape of an event. Events that are damaged are deleted with all of
 * their scope, since sums over the others would be wrong, and fetched again. Throws what `guardWrite` throws; `list` also
 * `STORE_EVENTS_DAMAGED`.
 */
export function eventTables<Event extends Omit<EventRow, 'scope'>>(): EventTables<Event> {
  const { events, eventBlocks } = database();

  async function apply({ scope, expected, deleteAbove, records, blocks }: EventTablesChange<Event>): Promise<boolean> {
    const stored = await eventBlocks.get(scope);
    if (stored?.blocks.at(-1)?.hash !== expected) return false;
    if (stored === undefined) {
      await events.where('scope').notEqual(scope).delete();
      await eventBlocks.where('scope').notEqual(scope).delete();
    }
    const above = events.where('[scope+blockNumber]').between([scope, deleteAbove], [scope, Dexie.maxKey], false, true);
    await above.delete();
    await events.bulkPut(records.map((record) => ({ ...record, scope })));
    await eventBlocks.put({ scope, blocks });
    return true;
  }

  const forget = (scope: string): Promise<void> =>
    guardWrite(() =>
      database().transaction('rw', events, eventBlocks, async () => {
        await events.where('scope').equals(scope).delete();
        await eventBlocks.delete(scope);
      }),
    );

  return {
    async blocks(scope) {
      const stored = await eventBlocks.get(scope);
      if (stored === undefined || v.is(blocksSchema, stored.blocks)) return stored?.blocks ?? [];
      await forget(scope);
      return [];
    },
    commit: (change) => guardWrite(() => database().transaction('rw', events, eventBlocks, () => apply(change))),
    async list(scope, name) {
      const rows = await events
        .where('[scope+name+blockNumber+logIndex]')
        .between([scope, name, Dexie.minKey, Dexie.minKey], [scope, name, Dexie.maxKey, Dexie.maxKey])
        .toArray();
      if (!rows.every((row) => v.is(rowSchema, row))) {
        await forget(scope);
        throw new TributaryError({
          code: 'STORE_EVENTS_DAMAGED',
          message: 'What this browser kept of the chain was damaged, and has been deleted.',
          facts: { scope, name },
          hint: 'Try again: it is fetched from the chain anew.',
        });
      }
      return rows.map(({ scope: _, ...event }) => event as Omit<EventRow, 'scope'> as Event);
    },
  };
}
