// The one contribution in preparation of this browser, shared by the steps of the room and kept across rooms.
import { knownContent } from '../state/contributions.ts';
import { deleteDraft, readDraft, writeDraft } from '../state/drafts.ts';
import { ingest } from '../state/ingest.ts';
import { createTabLock } from '../state/tabLock.ts';
import { type ContributionDraft, openDraft } from './contributionDraft.ts';
import { type Contribution, createContribution } from './createContribution.ts';

const DRAFT_KEY = 'contribution';
/** Apart from the draft: it is written once, the draft at every click. */
const FILE_KEY = 'contribution/file';

/** Bytes and not a Blob: an export of this browser's data writes them, and no browser refuses them. */
interface StoredFile {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** As earlier versions stored it. */
interface OlderStoredFile {
  readonly key: string;
  readonly blob: Blob;
}

/** Of the draft and its file in the store. */
export const draftKeys: readonly string[] = [DRAFT_KEY, FILE_KEY];

let session: Contribution | undefined;

/** The next time this tab goes on it reads the draft as another tab left it. */
function forget(): Contribution | undefined {
  const ended = session;
  session = undefined;
  ended?.stopReading();
  return ended;
}

/** One tab prepares it; a draft that two tabs sign is published twice. */
export const contributionLock = createTabLock(
  'contribution',
  async () => await forget()?.settled(),
  () => void forget(),
);

/** The draft that is stored, whichever tab prepares it. Reads the database: use inside `createLive`. */
export async function storedDraft(): Promise<ContributionDraft | undefined> {
  const stored = await readDraft(DRAFT_KEY);
  return stored === undefined ? undefined : openDraft(stored).draft;
}

/** Deletes the draft, whichever tab prepares it; one that is being signed is waited for. */
export async function discardDraft(): Promise<void> {
  await contributionLock.takeOver();
  await contributionSession().discard();
}

/** Of the tab that holds the lock: another may change the draft at any time. */
export function contributionSession(): Contribution {
  session ??= createContribution({
    read: (request, options) => ingest().read(request, options),
    knownContent,
    loadDraft: () => readDraft(DRAFT_KEY),
    saveDraft: (draft) => writeDraft(DRAFT_KEY, draft),
    async deleteDraft() {
      for (const key of draftKeys) await deleteDraft(key);
    },
    async loadFile() {
      const file = await readDraft<StoredFile | OlderStoredFile>(FILE_KEY);
      if (file === undefined) return undefined;
      return { key: file.key, blob: 'bytes' in file ? new Blob([file.bytes]) : file.blob };
    },
    saveFile: async (key, blob) =>
      writeDraft(FILE_KEY, { key, bytes: new Uint8Array(await blob.arrayBuffer()) } satisfies StoredFile),
  });
  return session;
}
