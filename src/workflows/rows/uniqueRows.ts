// The same content counts once: it is trained on once, and whoever was first with it is paid.
import { contentKey } from '../../datanet/index.ts';
import type { SourceRow } from './rowSource.ts';

export interface UniqueRows {
  readonly rows: readonly SourceRow[];
  /** Rows left out because an earlier one has the same content. */
  readonly duplicates: number;
}

/** Rows of equal content, in the order of `rows`. */
function byContent(rows: readonly SourceRow[]): readonly (readonly SourceRow[])[] {
  return [...Map.groupBy(rows, ({ row }) => contentKey(row)).values()];
}

/** Whether different accounts have brought the same content, so that it matters who was first. */
export function isContested(rows: readonly SourceRow[]): boolean {
  return byContent(rows).some((same) => same.some(({ account }) => account !== same[0]?.account));
}

/**
 * Each content once, at the place and in the spelling of its first row, so that a run and an index of it stay the same whatever
 * is learned later. Its owner is the one whose contribution has the smallest `rank`; of equal ones the first in `rows`.
 */
export function uniqueRows(rows: readonly SourceRow[], rank: (contribution: string) => number): UniqueRows {
  const unique = byContent(rows).map((same) => {
    const [first, ...others] = same as [SourceRow, ...SourceRow[]];
    const owner = others.reduce((best, row) => (rank(row.contribution) < rank(best.contribution) ? row : best), first);
    const { datanetId, contribution, position, account } = owner;
    return { ...first, datanetId, contribution, position, account };
  });
  return { rows: unique, duplicates: rows.length - unique.length };
}
