// A contribution as a record that survives the page: its header, and how far publishing it came. Pure.
import type { ContributionHeader } from '../../datanet/index.ts';
import type { SerializedError } from '../../lib/errors.ts';
import type { ReceivedAnnouncement, Witness } from '../../peers/index.ts';
import type { Hex } from '../../settlement/index.ts';
import type { ContributionRecord } from '../../store/index.ts';

/** Fields of a record that the store does not know by name. */
export interface ContributionData {
  readonly header: ContributionHeader;
  readonly announceError?: SerializedError;
  /** Transaction that registered it. */
  readonly transaction?: Hex;
  readonly registerError?: SerializedError;
  /** Of the relays that this browser is configured with. */
  readonly witnesses?: readonly Witness[];
  /** PeerId of the announcer. */
  readonly provider?: string;
  /** `heads`: announced before this browser came online; `gossip`: announced since. */
  readonly via?: ReceivedAnnouncement['via'];
}

export function contributionData(record: ContributionRecord): ContributionData {
  return record.data as ContributionData;
}

/** Queued contributions whose announcement has left the queue. `pending`: CIDs of announcements that wait. */
export function sentContributions(
  queued: readonly ContributionRecord[],
  pending: readonly string[],
): readonly ContributionRecord[] {
  return queued.filter(
    (record) => !pending.includes(record.id) && contributionData(record).announceError === undefined,
  );
}
