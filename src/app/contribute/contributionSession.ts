// The one contribution in preparation of this browser, shared by the steps of the room and kept across rooms.
import { knownContent } from '../state/contributions.ts';
import { deleteDraft, readDraft, writeDraft } from '../state/drafts.ts';
import { ingest } from '../state/ingest.ts';
import type { ContributionDraft } from './contributionDraft.ts';
import { type Contribution, createContribution } from './createContribution.ts';

const DRAFT_KEY = 'contribution';
let session: Contribution | undefined;

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
