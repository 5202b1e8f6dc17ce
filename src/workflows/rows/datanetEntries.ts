// One list of all Datanets that can be named here: those of the configuration, those created here, those of peers.
import { orderByOwnership } from '../../datanet/index.ts';
import { cid as asCid } from '../../lib/units.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { contributionData } from './contributionRecord.ts';
import type { KnownDatanet } from './knownDatanets.ts';

/** A Datanet of the configuration. */
export interface OfferedDatanet {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  /** Of its sample rows. */
  readonly rowCount?: number | undefined;
  readonly contributorCount?: number | undefined;
  readonly rowsUrl?: string | undefined;
}

export interface DatanetEntry {
  readonly id: string;
  /** Undefined when its description is not known here. */
  readonly name: string | undefined;
  readonly summary: string;
  readonly licence: string;
  readonly rowCount: number;
  readonly contributorCount: number;
  readonly origin: 'config' | 'mine' | 'peers';
  /** Contributions known here, whoever was first in front, as far as relays have witnessed it. */
  readonly contributions: readonly ContributionRecord[];
  /** JSON lines of sample rows. */
  readonly rowsUrl?: string;
}

export interface DatanetEntriesParameters {
  readonly offered: readonly OfferedDatanet[];
  readonly known: Readonly<Record<string, KnownDatanet>>;
  readonly contributions: readonly ContributionRecord[];
}

/** A record as the order of ownership reads it. */
function datable(record: ContributionRecord) {
  const { header, witnesses = [] } = record.data === undefined ? {} : contributionData(record);
  return { record, cid: asCid(record.id), parents: header?.parents ?? [], witnesses };
}

/** All Datanets, the configuration's first; counts add sample rows and contributions. */
export function datanetEntries({ offered, known, contributions }: DatanetEntriesParameters): DatanetEntry[] {
  const byDatanet = Map.groupBy(contributions, (record) => record.datanetId);
  const ids = new Set([...offered.map((datanet) => datanet.id), ...Object.keys(known), ...byDatanet.keys()]);
  return [...ids].map((id): DatanetEntry => {
    const records = orderByOwnership((byDatanet.get(id) ?? []).map(datable)).map(({ record }) => record);
    const published = {
      rowCount: records.reduce((sum, record) => sum + record.rows, 0),
      contributorCount: new Set(records.map((record) => record.contributor)).size,
    };
    const offer = offered.find((datanet) => datanet.id === id);
    if (offer !== undefined) {
      return {
        id,
        name: offer.name,
        summary: offer.description,
        licence: offer.licence,
        rowCount: published.rowCount + (offer.rowCount ?? 0),
        contributorCount: published.contributorCount + (offer.contributorCount ?? 0),
        origin: 'config',
        contributions: records,
        ...(offer.rowsUrl === undefined ? {} : { rowsUrl: offer.rowsUrl }),
      };
    }
    const entry = known[id];
    return {
      id,
      name: entry?.description.name,
      summary: entry?.description.summary ?? '',
      licence: entry?.description.licence ?? '',
      ...published,
      origin: entry?.mine === true ? 'mine' : 'peers',
      contributions: records,
    };
  });
}
