// Erasing everything: in a page of its own (`?erase`) that has opened nothing of it, while all other tabs leave the app for a page
// that says so (`?erased`), and with it their databases, workers and locks.
import { eraseEverything, type Leftover } from '../../store/index.ts';

const CHANNEL = 'tributary-erase';
const LOCK = 'tributary-erase';
/** In `sessionStorage`: an address alone must not be able to erase. */
const TOKEN = 'erase';

export type { Leftover };

function go(query: string): void {
  location.replace(`${location.pathname}${query}`);
}

/** What this page is for, by its address. */
export function erasePurpose(): 'erase' | 'erased' | undefined {
  const query = new URLSearchParams(location.search);
  if (query.has('erase') && sessionStorage.getItem(TOKEN) !== null) return 'erase';
  return query.has('erased') ? 'erased' : undefined;
}

/** Leaves the app for the page that erases. The person was asked before. */
export function leaveToErase(): void {
  sessionStorage.setItem(TOKEN, '1');
  go('?erase');
}

/** Leaves the app when another tab erases everything, or is doing so while this one opens. */
export function followErase(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => go('?erased');
  void navigator.locks.query().then(({ held = [] }) => {
    if (held.some(({ name }) => name === LOCK)) go('?erased');
  });
}

/** Tells the other tabs, erases, and returns what is left. */
export async function erase(): Promise<readonly Leftover[]> {
  return navigator.locks.request(LOCK, async () => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage('erase');
    try {
      return await eraseEverything();
    } finally {
      channel.close();
    }
  }) as Promise<readonly Leftover[]>;
}

/** Opens the app again, once nothing is being erased. */
export async function openAgain(): Promise<void> {
  await navigator.locks.request(LOCK, { mode: 'shared' }, () => go(''));
}
