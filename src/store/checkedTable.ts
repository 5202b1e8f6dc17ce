// Every read of a table, checked: a record that is not what the table holds (`recordSchemas.ts`) is left out as if it were not
// there, and noted (`damagedRecords.ts`). It stays in the database. Where writing over one would lose keys or money, that is refused.
import type { DBCoreCursor, DBCoreMutateRequest, DBCoreMutateResponse, DBCoreTable } from 'dexie';
import { TributaryError } from '../lib/errors.ts';
import { forgetDamagedRecords, noteDamagedRecord } from './damagedRecords.ts';
import { isStoredTable, storedFault } from './recordSchemas.ts';

/** Records that nothing can bring back once another lies in their place: private keys, and what was promised. */
function isIrreplaceable(table: string, key: string): boolean {
  return (
    table === 'sessions' || table === 'vouchers' || (table === 'settings' && ['burnerKey', 'keyLock'].includes(key))
  );
}

function unreadable(table: string, key: string): TributaryError {
  return new TributaryError({
    code: 'STORE_RECORD_DAMAGED',
    message: 'A record that is kept here is damaged or of another version, and is not written over.',
    facts: { table, key },
    hint: 'Use the version that wrote it, or import a safety copy and choose to replace what is here.',
  });
}

/** A table of Dexie's core whose reads return whole records only. */
export function checkedTable(table: DBCoreTable): DBCoreTable {
  const { name } = table;
  if (!isStoredTable(name)) return table;
  const stored = name;
  const keyOf = (record: unknown): string => String(table.schema.primaryKey.extractKey?.(record));

  function isWhole(record: unknown): boolean {
    if (storedFault(stored, record) === undefined) return true;
    noteDamagedRecord({ table: name, key: keyOf(record) });
    return false;
  }
  const wholeOrAbsent = (record: unknown): unknown => (record !== undefined && isWhole(record) ? record : undefined);

  function checkedCursor(cursor: DBCoreCursor): DBCoreCursor {
    return Object.create(cursor, {
      key: { get: () => cursor.key },
      primaryKey: { get: () => cursor.primaryKey },
      value: { get: () => cursor.value },
      start: {
        value: (onNext: () => void) => cursor.start(() => (isWhole(cursor.value) ? onNext() : cursor.continue())),
      },
    });
  }

  function written(request: DBCoreMutateRequest): readonly string[] | undefined {
    if (request.type === 'deleteRange') return undefined;
    return request.type === 'delete' ? request.keys.map(String) : request.values.map(keyOf);
  }

  return {
    ...table,
    // `then` and not `await`, in which Dexie would lose sight of its transaction and of what a live query reads.
    get: (request) => table.get(request).then(wholeOrAbsent),
    getMany: (request) =>
      // Before a change Dexie reads what it changes, and would delete what it does not find.
      request.cache === undefined
        ? table.getMany(request).then((records) => records.map(wholeOrAbsent))
        : table.getMany(request),
    query(request) {
      const found = table.query(request);
      if (request.values !== true) return found;
      return found.then(({ result }) => {
        const whole = result.filter(isWhole);
        const limit = request.limit ?? Number.POSITIVE_INFINITY;
        if (whole.length === result.length || result.length < limit) return { result: whole };
        // As many as were asked for, from behind those that are left out.
        return table
          .query({ ...request, limit: Number.POSITIVE_INFINITY })
          .then((all) => ({ result: all.result.filter(isWhole).slice(0, limit) }));
      });
    },
    openCursor: (request) =>
      table
        .openCursor(request)
        .then((cursor) => (cursor === null || request.values !== true ? cursor : checkedCursor(cursor))),
    mutate(request) {
      const keys = written(request);
      const write = (): Promise<DBCoreMutateResponse> =>
        table.mutate(request).then((response) => {
          forgetDamagedRecords(name, keys === undefined ? undefined : new Set(keys));
          return response;
        });
      const guarded = request.type === 'put' ? (keys ?? []).filter((key) => isIrreplaceable(name, key)) : [];
      if (guarded.length === 0) return write();
      return table.getMany({ trans: request.trans, keys: guarded }).then((present) => {
        const damaged = present.find((record) => record !== undefined && !isWhole(record));
        if (damaged !== undefined) throw unreadable(name, keyOf(damaged));
        return write();
      });
    },
  };
}
