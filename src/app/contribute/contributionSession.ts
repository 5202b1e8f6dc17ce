// The one contribution in preparation of this browser, shared by the steps of the room and kept across rooms.
import { knownContent } from '../state/contributions.ts';
import { deleteDraft, readDraft, writeDraft } from '../state/drafts.ts';
import { ingest } from '../state/ingest.ts';
import { type Contribution, createContribution } from './createContribution.ts';

const DRAFT_KEY = 'contribution';
/** Apart from the draft: it is written once, the draft at every click. */
const FILE_KEY = 'contribution/file';
let session: Contribution | undefined;

export function contributionSession(): Contribution {
  session ??= createContribution({
    read: (request, options) => ingest().read(request, options),
    knownContent,
    loadDraft: () => readDraft(DRAFT_KEY),
    saveDraft: (draft) => writeDraft(DRAFT_KEY, draft),
    async deleteDraft() {
      await deleteDraft(DRAFT_KEY);
      await deleteDraft(FILE_KEY);
    },
    loadFile: () => readDraft(FILE_KEY),
    saveFile: (key, blob) => writeDraft(FILE_KEY, { key, blob }),
  });
  return session;
}
