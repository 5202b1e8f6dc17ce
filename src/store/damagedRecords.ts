// Records that are not what their table holds, as reads come upon them: damaged, or written by another version. Reads leave them
// out (`checkedTable.ts`); this says which, so that a screen can. They stay in the database.

export interface DamagedRecord {
  readonly table: string;
  readonly key: string;
}

let found: readonly DamagedRecord[] = [];
const followers = new Set<(records: readonly DamagedRecord[]) => void>();

function change(next: readonly DamagedRecord[]): void {
  if (next.length === found.length) return;
  found = next;
  for (const follower of followers) follower(found);
}

export function noteDamagedRecord(record: DamagedRecord): void {
  if (found.some(({ table, key }) => table === record.table && key === record.key)) return;
  change([...found, record]);
}

/** What was deleted or written again is no longer damaged; without `keys`, the whole table. */
export function forgetDamagedRecords(table: string, keys?: ReadonlySet<string>): void {
  change(found.filter((record) => record.table !== table || (keys !== undefined && !keys.has(record.key))));
}

/** Calls `follower` with those that this page has come upon, now and whenever that changes. Returns the end of it. */
export function followDamagedRecords(follower: (records: readonly DamagedRecord[]) => void): () => void {
  followers.add(follower);
  follower(found);
  return () => followers.delete(follower);
}
