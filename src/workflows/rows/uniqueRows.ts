// The same content counts once: it is trained on once, and its first contributor is paid.
import { contentKey } from '../../datanet/index.ts';
import type { SourceRow } from './rowSource.ts';

export interface UniqueRows {
  readonly rows: readonly SourceRow[];
  /** Rows left out because an earlier one has the same content. */
  readonly duplicates: number;
}

/** The first row of each content, in the order of `rows`. */
export function uniqueRows(rows: readonly SourceRow[]): UniqueRows {
  const first = new Map<string, SourceRow>();
  for (const row of rows) {
    const key = contentKey(row.row);
    if (!first.has(key)) first.set(key, row);
  }
  return { rows: [...first.values()], duplicates: rows.length - first.size };
}
