// A text that each tab writes for itself: one record for each tab, so that two tabs never overwrite each other's. A tab keeps its name
// over a reload, and its Web Lock says that it is open: what a tab left that is gone, a new one takes over.
import { lazy } from '../../lib/lazy.ts';
import { database, guardWrite } from '../../store/index.ts';
import { deleteDraft, readDraft, writeDraft } from './drafts.ts';

const NAME = 'tributary-tab';
/** A page that is reloaded lets go of its lock in a moment; one that was duplicated shares its name with an open tab. */
const PATIENCE_MILLISECONDS = 500;

const lockOf = (tab: string): string => `tributary-draft-${tab}`;

/** Holds the lock of `tab` until the page is gone; false when another tab holds it. */
function hold(tab: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(lockOf(tab), { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }, () => {
        resolve(true);
        return new Promise(() => undefined);
      })
      .catch(() => resolve(false));
  });
}

const ownTab = lazy(async (): Promise<string> => {
  const before = sessionStorage.getItem(NAME);
  if (before !== null && (await hold(before))) return before;
  const name = crypto.randomUUID();
  sessionStorage.setItem(NAME, name);
  await hold(name);
  return name;
});

const keyOf = (room: string, tab: string): string => `${room}/${tab}`;

/** The newest text of a tab that is gone, made this tab's own; that of an earlier version, which had one for all tabs, too. */
async function takeOver(room: string, tab: string): Promise<string | undefined> {
  const { held = [] } = await navigator.locks.query();
  const open = new Set(held.map(({ name }) => name));
  const { drafts } = database();
  return await guardWrite(() =>
    database().transaction('rw', drafts, async () => {
      const left = (await drafts.where('key').startsWith(room).toArray())
        .filter(
          ({ key }) => key === room || (key.startsWith(`${room}/`) && !open.has(lockOf(key.slice(room.length + 1)))),
        )
        .sort((one, other) => other.updatedAt - one.updatedAt);
      const [newest] = left;
      if (newest === undefined) return undefined;
      await drafts.delete(newest.key);
      await drafts.put({ ...newest, key: keyOf(room, tab) });
      return String(newest.value);
    }),
  );
}

/** The text that this tab had before it was reloaded, or else one that a tab left which is gone. */
export async function readTabDraft(room: string): Promise<string | undefined> {
  const tab = await ownTab.get();
  return (await readDraft<string>(keyOf(room, tab))) ?? (await takeOver(room, tab));
}

/** Throws as `guardWrite`. */
export async function writeTabDraft(room: string, text: string): Promise<void> {
  const key = keyOf(room, await ownTab.get());
  await (text === '' ? deleteDraft(key) : writeDraft(key, text));
}
