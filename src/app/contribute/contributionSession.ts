// The one contribution in preparation of this browser, shared by the steps of the room and kept across rooms.
import { contentKey } from '../../datanet/index.ts';
import { database, guardWrite } from '../../store/index.ts';
import { listDatanets } from '../state/datanets.ts';
import { ingest } from '../state/ingest.ts';
import { collectSourceRows, samplePrefix } from '../state/sourceRows.ts';
import type { ContributionDraft } from './contributionDraft.ts';
import { type Contribution, createContribution } from './createContribution.ts';

const draftKey = 'contribution';
let session: Contribution | undefined;

/** Content of the Datanet's rows that can be read without waiting for a peer: samples and own contributions. */
async function knownContent(datanetId: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const datanet = (await listDatanets()).find((entry) => entry.id === datanetId);
  if (datanet === undefined) return new Set();
  const sources = [
    ...(datanet.rowsUrl === undefined ? [] : [`${samplePrefix}${datanetId}`]),
    ...datanet.contributions.filter((record) => record.mine).map((record) => record.id),
  ];
  const { rows } = await collectSourceRows(
    sources.map((source) => ({ datanetId, source })),
    signal,
  );
  return new Set(rows.map(({ row }) => contentKey(row)));
}

export function contributionSession(): Contribution {
  session ??= createContribution({
    parse: (request, options) => ingest().parse(request, options),
    check: (request, options) => ingest().check(request, options),
    knownContent,
    async loadDraft() {
      return (await database().drafts.get(draftKey))?.value as ContributionDraft | undefined;
    },
    async saveDraft(value) {
      await guardWrite(() => database().drafts.put({ key: draftKey, value, updatedAt: Date.now() }));
    },
    async deleteDraft() {
      await database().drafts.delete(draftKey);
    },
  });
  return session;
}
