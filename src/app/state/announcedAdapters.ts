// Adapters that peers announce, and the announcements that failed, as signals.
import { createSignal } from 'solid-js';
import type { Peers } from '../../peers/index.ts';
import { database } from '../../store/index.ts';
import { isUnannounced } from '../../workflows/adapters/adapterRecord.ts';
import type { AnnouncedAdapter } from '../../workflows/adapters/announcedAdapters.ts';
import { createArrivals, type FailedArrival } from '../../workflows/rows/arrivals.ts';
import { followPeersIfOn } from './peers.ts';
import { publishedReader } from './publishedReader.ts';

export type { AnnouncedAdapter };

const [announced, setAnnounced] = createSignal<readonly AnnouncedAdapter[]>([]);
/** Newest first. */
export const announcedAdapters = announced;

const [failures, setFailures] = createSignal<readonly FailedArrival[]>([]);
/** Adapters that were announced and could not be fetched, or were refused. */
export const announcedAdapterFailures = failures;

const arrivals = createArrivals({
  async receive({ cid }) {
    const [{ receiveAdapter }, reader] = await Promise.all([
      import('../../workflows/adapters/announcedAdapters.ts'),
      publishedReader(),
    ]);
    setAnnounced(await receiveAdapter({ cid, known: announced, ...reader }));
  },
  onFailures: setFailures,
  now: Date.now,
});

/** Announces what an earlier page published, and went away before the node had it. */
async function announceLeft(): Promise<void> {
  const left = await database().adapters.filter(isUnannounced).toArray();
  if (left.length === 0) return;
  const { announceAdapter } = await import('./publishTrainedAdapter.ts');
  for (const record of left) await announceAdapter(record);
}

function follow(node: Peers): void {
  // On a full disk it is announced at the next start.
  announceLeft().catch(() => undefined);
  node.subscribe((announcement) => {
    if (announcement.kind === 'adapter') void arrivals.take(announcement);
  });
}

/** Takes in adapters as they are announced, once there is a node. Safe to call by every room that shows them. */
export function followAdapters(): Promise<void> {
  return followPeersIfOn(follow);
}

/** Tries the failed announcements again. */
export function retryAnnouncedAdapters(): Promise<void> {
  return arrivals.retry();
}
