// Adapters that peers announce, and the announcements that failed, as signals.
import { createSignal } from 'solid-js';
import type { Peers } from '../../peers/index.ts';
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

function follow(node: Peers): void {
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
