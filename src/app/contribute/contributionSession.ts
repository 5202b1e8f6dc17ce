// The one contribution in preparation of this browser, shared by the steps of the room and kept across rooms.
import { knownContent } from '../state/contributions.ts';
import { deleteDraft, readDraft, writeDraft } from '../state/drafts.ts';
import { ingest } from '../state/ingest.ts';
import { createTabLock } from '../state/tabLock.ts';
import type { ContributionDraft } from './contributionDraft.ts';
import { type Contribution, createContribution } from './createContribution.ts';

const DRAFT_KEY = 'contribution';
let session: Contribution | undefined;

/** One tab prepares it; a draft that two tabs sign is published twice. */
export const contributionLock = createTabLock('contribution', async () => {
  const ended = session;
  // The next time this tab goes on it reads the draft as the other tab left it.
  session = undefined;
  ended?.stopReading();
  await ended?.settled();
});

export function contributionSession(): Contribution {
  session ??= createContribution({
    parse: (request, options) => ingest().parse(request, options),
    check: (request, options) => ingest().check(request, options),
    knownContent,
    loadDraft: () => readDraft<ContributionDraft>(DRAFT_KEY),
    saveDraft: (draft) => writeDraft(DRAFT_KEY, draft),
    deleteDraft: () => deleteDraft(DRAFT_KEY),
  });
  return session;
}
