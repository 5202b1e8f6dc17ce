// Announcements as they arrive, and those that failed: refused, or announced by a peer that went away before anyone fetched the
// bytes, which is why they are tried again when connections change. Pure: it does not know the kind of announcement.
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
  /** Tries all failed ones again, one after another. */
  retry(): Promise<void>;
  /** Call when connections change: a new peer may have the bytes. Tries again at most every 15 seconds. */
  retryIfDue(): Promise<void>;
}

const RETRY_INTERVAL_MILLISECONDS = 15_000;

export function createArrivals({ receive, onFailures, now }: ArrivalsPorts): Arrivals {
  let failures: readonly FailedArrival[] = [];
  let retriedAt = now();
  const setFailures = (next: readonly FailedArrival[]): void => {
    failures = next;
    onFailures(failures);
  };
  const without = (cid: string): readonly FailedArrival[] =>
    failures.filter(({ announcement }) => announcement.cid !== cid);

  async function take(announcement: ReceivedAnnouncement): Promise<void> {
    try {
      await receive(announcement);
      if (failures.some((failure) => failure.announcement.cid === announcement.cid))
        setFailures(without(announcement.cid));
    } catch (error) {
      setFailures([...without(announcement.cid), { announcement, error }]);
    }
  }
  async function retry(): Promise<void> {
    const again = failures;
    setFailures([]);
    for (const { announcement } of again) await take(announcement);
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
