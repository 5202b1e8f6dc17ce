// Which content a Datanet already has, as far as it can be known without waiting for a peer.
import { contentKey } from '../../datanet/index.ts';
import type { DatanetEntry } from './datanetEntries.ts';
import { type RowSource, sampleSource } from './rowSource.ts';
import { collectSourceRows, type SourceRowsOptions } from './sourceRows.ts';

/** Content keys of the Datanet's sample rows and of the contributions made in this browser. Throws as `collectSourceRows`. */
export async function knownContent(datanet: DatanetEntry, options: SourceRowsOptions): Promise<ReadonlySet<string>> {
  const { id: datanetId, rowsUrl, contributions } = datanet;
  const sources: RowSource[] = [
    ...(rowsUrl === undefined ? [] : [sampleSource(datanetId)]),
    ...contributions.filter((record) => record.mine).map((record) => record.id),
  ].map((source) => ({ datanetId, source }));
  const { rows } = await collectSourceRows(sources, options);
  return new Set(rows.map(({ row }) => contentKey(row)));
}
