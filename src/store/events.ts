// Events of the chain between visits: the settlement's `EventTables` over IndexedDB. One deployment at a time: the first rows
// of a new scope delete those of every other, so that a reset local chain leaves nothing behind.
import Dexie from 'dexie';
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

/** The port is the settlement's (`EventTables`), and so is the shape of an event. Throws what `guardWrite` throws. */
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

  return {
    blocks: async (scope) => (await eventBlocks.get(scope))?.blocks ?? [],
    commit: (change) => guardWrite(() => database().transaction('rw', events, eventBlocks, () => apply(change))),
    async list(scope, name) {
      const rows = await events
        .where('[scope+name+blockNumber+logIndex]')
        .between([scope, name, Dexie.minKey, Dexie.minKey], [scope, name, Dexie.maxKey, Dexie.maxKey])
        .toArray();
      return rows.map(({ scope: _, ...event }) => event as Omit<EventRow, 'scope'> as Event);
    },
  };
}
