// Which content a Datanet already has, as far as it can be known without waiting for a peer.
import { contentKey, lookAlikeKey } from '../../datanet/index.ts';
import type { DatanetEntry } from './datanetEntries.ts';
import { type RowSource, sampleSource } from './rowSource.ts';
import { collectSourceRows, type SourceRowsOptions } from './sourceRows.ts';

export interface KnownContent {
  /** `contentKey` of each row. */
  readonly existing: ReadonlySet<string>;
  /** `lookAlikeKey` of each. */
  readonly existingLookAlikes: ReadonlySet<string>;
}

/** Of the Datanet's sample rows and of the contributions made in this browser. Throws as `collectSourceRows`. */
export async function knownContent(datanet: DatanetEntry, options: SourceRowsOptions): Promise<KnownContent> {
  const { id: datanetId, rowsUrl, contributions } = datanet;
  const sources: RowSource[] = [
    ...(rowsUrl === undefined ? [] : [sampleSource(datanetId)]),
    ...contributions.filter((record) => record.mine).map((record) => record.id),
  ].map((source) => ({ datanetId, source }));
  const { rows } = await collectSourceRows(sources, options);
  return {
    existing: new Set(rows.map(({ row }) => contentKey(row))),
    existingLookAlikes: new Set(rows.map(({ row }) => lookAlikeKey(row))),
  };
}
