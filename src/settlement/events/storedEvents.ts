// Events from tables that are brought up to date before each read, so that no block is read twice.
import { abortable } from '../client/abortable.ts';
import { settlementError } from '../settlementError.ts';
import type { EventName, EventReader, EventRecord } from './eventReader.ts';
import { eventScope } from './eventScope.ts';
import type { EventTables } from './eventTables.ts';
import { matchesArgs } from './matchesArgs.ts';
import { type ScanEventsParameters, scanEvents } from './scanEvents.ts';
import { syncEvents } from './syncEvents.ts';

export interface StoredEventsParameters extends ScanEventsParameters {
  readonly tables: EventTables;
}

interface Sync {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  callers: number;
}

/**
 * One sync at a time. A caller shares the next one and never the running one, which may have asked for the latest block
 * before the caller's own transaction was in it. A sync that all its callers left is aborted.
 */
function shareSync(run: (signal: AbortSignal) => Promise<void>): (signal: AbortSignal | undefined) => Promise<void> {
  let previous: Promise<unknown> = Promise.resolve();
  let next: Sync | undefined;

  function begin(): Sync {
    const controller = new AbortController();
    const done = previous.then(() => {
      if (next === sync) next = undefined;
      return run(controller.signal);
    });
    // Each caller gets the rejection from `done`; here only the end matters.
    previous = done.catch(() => undefined);
    const sync: Sync = { done, controller, callers: 0 };
    return sync;
  }

  return async (signal) => {
    signal?.throwIfAborted();
    next ??= begin();
    const sync = next;
    sync.callers += 1;
    try {
      await abortable(sync.done, signal);
    } finally {
      sync.callers -= 1;
      if (sync.callers === 0) {
        sync.controller.abort();
        if (next === sync) next = undefined;
      }
    }
  };
}

/**
 * Reads from `tables` after a sync. Tables that fail (no room, blocked by the browser) are left alone from then on and the
 * chain is scanned instead: they only save requests.
 */
export function storedEvents({ rpc, deployment, tables }: StoredEventsParameters): EventReader {
  const scope = eventScope(deployment);
  const scan = scanEvents({ rpc, deployment });
  let failed = false;
  const noteFailure = <Value>(result: Promise<Value>): Promise<Value> => {
    result.catch(() => {
      failed = true;
    });
    return result;
  };
  const observed: EventTables = {
    blocks: (of) => noteFailure(tables.blocks(of)),
    commit: (change) => noteFailure(tables.commit(change)),
    list: (of, name) => noteFailure(tables.list(of, name)),
  };
  const sync = shareSync((signal) => syncEvents({ rpc, deployment, tables: observed, signal }));

  async function read<Name extends EventName>(name: Name): Promise<readonly EventRecord<Name>[]> {
    return (await observed.list(scope, name)) as readonly EventRecord[] as unknown as readonly EventRecord<Name>[];
  }

  return {
    async list(parameters) {
      const { name, args, signal } = parameters;
      if (failed) return scan.list(parameters);
      try {
        await sync(signal);
        return (await read(name)).filter((record) => matchesArgs(record, args));
      } catch (error) {
        if (failed) return scan.list(parameters);
        throw settlementError(error);
      }
    },
  };
}
