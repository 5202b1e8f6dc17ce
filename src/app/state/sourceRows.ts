// The rows of Datanets in this browser: sample files by HTTP, contributions from peers.
import { TributaryError } from '../../lib/errors.ts';
import { database } from '../../store/index.ts';
import { contributionData } from '../../workflows/rows/contributionRecord.ts';
import type { RowSource, SourceRow } from '../../workflows/rows/rowSource.ts';
import type { SourceRowsPorts } from '../../workflows/rows/sourceRows.ts';
import type { UniqueRows } from '../../workflows/rows/uniqueRows.ts';
import { config } from './config.ts';
import { relayAddresses } from './peers.ts';
import { publishedReader } from './publishedReader.ts';
import { hasChain, settlement } from './settlement.ts';

async function fetchText(url: string, signal: AbortSignal | undefined): Promise<string> {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok) {
    throw new TributaryError({
      code: 'APP_DOWNLOAD_FAILED',
      message: 'The rows of a sample Datanet could not be downloaded.',
      facts: { url, status: response.status },
      hint: 'Check the connection and try again.',
    });
  }
  return response.text();
}

/** Absolute address of the JSON that describes a Datanet of the configuration: its own, or the one beside its rows. */
export function datanetUrl(datanet: {
  readonly url?: string | undefined;
  readonly rowsUrl?: string | undefined;
}): string | undefined {
  const absolute = (url: string, base: string = document.baseURI): string => new URL(url, base).href;
  if (datanet.url !== undefined) return absolute(datanet.url);
  return datanet.rowsUrl === undefined ? undefined : absolute('datanet.json', absolute(datanet.rowsUrl));
}

export const sourceRowsPorts: SourceRowsPorts = {
  sampleFiles(datanetId) {
    const datanet = config().datanets.find((candidate) => candidate.id === datanetId);
    if (datanet?.rowsUrl === undefined) return undefined;
    return { rowsUrl: new URL(datanet.rowsUrl, document.baseURI).href, datanetUrl: datanetUrl(datanet) as string };
  },
  fetchText,
  contributionReader: publishedReader,
  async evidenceOf(contributions) {
    const { ownershipEvidence, relayIdentities } = await import('../../workflows/rows/ownershipEvidence.ts');
    return ownershipEvidence(contributions, {
      ...(hasChain() ? { chain: settlement } : {}),
      slugOf: (datanetId) => config().datanets.find((datanet) => datanet.id === datanetId)?.slug,
      async witnessesOf(cid) {
        const record = await database().contributions.get(cid);
        return record === undefined ? [] : (contributionData(record).witnesses ?? []);
      },
      // Loaded where somebody has a witness: who has one has run the node before.
      isWitnessTrue: async (witness) => (await import('../../peers/index.ts')).isWitnessTrue(witness),
      trustedRelays: async () => relayIdentities(await relayAddresses()),
    });
  },
};

/** As `sourceRows` of the workflow. */
export async function sourceRows(source: RowSource, signal?: AbortSignal): Promise<SourceRow[]> {
  const workflow = await import('../../workflows/rows/sourceRows.ts');
  return workflow.sourceRows(source, { ports: sourceRowsPorts, signal });
}

/** As `collectSourceRows` of the workflow. */
export async function collectSourceRows(sources: readonly RowSource[], signal?: AbortSignal): Promise<UniqueRows> {
  const workflow = await import('../../workflows/rows/sourceRows.ts');
  return workflow.collectSourceRows(sources, { ports: sourceRowsPorts, signal });
}
