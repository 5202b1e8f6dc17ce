// One list of all Datanets that can be named here: those of the configuration, those created here, those of peers.
import type { ContributionRecord } from '../../store/index.ts';
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

/** All Datanets, the configuration's first; counts add sample rows and contributions. */
export async function datanetEntries(parameters: DatanetEntriesParameters): Promise<DatanetEntry[]> {
  const { offered, known, contributions } = parameters;
  // Who knows of no contribution fetches no code that puts them in order.
  const byDatanet: ReadonlyMap<string, readonly ContributionRecord[]> =
    contributions.length === 0 ? new Map() : (await import('./ownershipOrder.ts')).ownershipOrder(contributions);
  const ids = new Set([...offered.map((datanet) => datanet.id), ...Object.keys(known), ...byDatanet.keys()]);
  return [...ids].map((id): DatanetEntry => {
    const records = byDatanet.get(id) ?? [];
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
