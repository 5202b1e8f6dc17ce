// Announcements as they arrive, and those that failed: refused, or announced by a peer that went away before anyone fetched the
// bytes, which is why they are tried again when connections change. Few are fetched at once, in turns of those who announced them.
// Pure: it does not know the kind of announcement.
import { TributaryError } from '../../lib/errors.ts';
import { createFairQueue } from '../../lib/fairQueue.ts';
import type { ReceivedAnnouncement } from '../../peers/index.ts';

export interface FailedArrival {
  readonly announcement: ReceivedAnnouncement;
  readonly error: unknown;
}

export interface ArrivalsPorts {
  receive(announcement: ReceivedAnnouncement): Promise<void>;
  /** Called with every new list of failures. */
  onFailures(failures: readonly FailedArrival[]): void;
  now(): number;
}

export interface Arrivals {
  take(announcement: ReceivedAnnouncement): Promise<void>;
  /** Tries all failed ones again. */
  retry(): Promise<void>;
  /** Call when connections change: a new peer may have the bytes. Tries again at most every 15 seconds. */
  retryIfDue(): Promise<void>;
}

const RETRY_INTERVAL_MILLISECONDS = 15_000;
/** Failures that are listed and tried again, the newest: strangers announce without end what nobody has. */
const MAX_FAILURES = 200;
const CONCURRENT = 8;
const CONCURRENT_OF_PROVIDER = 2;
/** As many as a node lists of one kind. */
const MAX_WAITING = 10_000;

export function createArrivals({ receive, onFailures, now }: ArrivalsPorts): Arrivals {
  let failures: readonly FailedArrival[] = [];
  let retriedAt = now();
  const withTurn = createFairQueue({
    concurrent: CONCURRENT,
    concurrentPerGroup: CONCURRENT,
    concurrentPerMember: CONCURRENT_OF_PROVIDER,
    waiting: MAX_WAITING,
    waitingPerGroup: MAX_WAITING,
    waitingPerMember: MAX_WAITING,
    full: () =>
      new TributaryError({
        code: 'ARRIVALS_FULL',
        message: 'More was announced than this browser can fetch.',
        hint: 'Try again in a while.',
      }),
    now,
  });
  const setFailures = (next: readonly FailedArrival[]): void => {
    failures = next.slice(-MAX_FAILURES);
    onFailures(failures);
  };
  const without = (cid: string): readonly FailedArrival[] =>
    failures.filter(({ announcement }) => announcement.cid !== cid);

  async function take(announcement: ReceivedAnnouncement): Promise<void> {
    try {
      await withTurn({ group: '', member: announcement.provider }, () => receive(announcement));
      if (failures.some((failure) => failure.announcement.cid === announcement.cid))
        setFailures(without(announcement.cid));
    } catch (error) {
      setFailures([...without(announcement.cid), { announcement, error }]);
    }
  }
  async function retry(): Promise<void> {
    const again = failures;
    setFailures([]);
    await Promise.all(again.map(({ announcement }) => take(announcement)));
  }
  return {
    take,
    retry,
    async retryIfDue() {
      if (failures.length === 0 || now() - retriedAt < RETRY_INTERVAL_MILLISECONDS) return;
      retriedAt = now();
      await retry();
    },
  };
}
