import { isAbort, type TributaryError, toTributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { contentKey } from './contentKey.ts';
import { readContribution } from './readContribution.ts';
import type { BlockStore, Contribution, DatanetRow, Verify, WorkOptions } from './types.ts';

export interface CollectRowsParameters extends WorkOptions {
  /** In the order of a union: of several contributions with the same content the first counts. */
  readonly contributions: readonly Contribution[];
  readonly blocks: BlockStore;
  readonly verify: Verify;
}

export interface CollectedRows {
  readonly rows: readonly DatanetRow[];
  /** Rows left out because an earlier one has the same content. */
  readonly duplicates: number;
  readonly problems: readonly { readonly cid: Cid; readonly error: TributaryError }[];
}

/** The rows of a Datanet, each content once, with its first contributor. Contributions that cannot be read are listed as problems. */
export async function collectRows({
  contributions,
  blocks,
  verify,
  signal,
  onProgress,
}: CollectRowsParameters): Promise<CollectedRows> {
  const rows: DatanetRow[] = [];
  const seen = new Set<string>();
  const problems: { cid: Cid; error: TributaryError }[] = [];
  let duplicates = 0;
  for (const [index, { cid }] of contributions.entries()) {
    try {
      const contribution = await readContribution({ cid, blocks, verify, signal });
      for (const [rowIndex, row] of contribution.rows.entries()) {
        const key = contentKey(row);
        if (seen.has(key)) {
          duplicates += 1;
          continue;
        }
        seen.add(key);
        const rowHash = contribution.rowHashes[rowIndex] as DatanetRow['rowHash'];
        rows.push({ row, rowHash, contributor: contribution.header.author, contribution: cid, rowIndex });
      }
    } catch (error) {
      if (isAbort(error) && signal?.aborted === true) throw error;
      problems.push({ cid, error: toTributaryError(error) });
    }
    onProgress?.({ done: index + 1, total: contributions.length });
  }
  return { rows, duplicates, problems };
}
