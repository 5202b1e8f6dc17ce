// A contribution as a record that survives the page: its header, and how far publishing it came. Pure.
import type { ContributionHeader } from '../../datanet/index.ts';
import { bytesToHex } from '../../lib/bytes.ts';
import type { SerializedError } from '../../lib/errors.ts';
import type { ReceivedAnnouncement, Witness } from '../../peers/index.ts';
import type { Hex } from '../../settlement/index.ts';
import type { ContributionRecord } from '../../store/index.ts';

/** Fields of a record that the store does not know by name. */
export interface ContributionData {
  readonly header: ContributionHeader;
  /** The node has its announcement: a relay keeps it, or it is asked again. Absent: the page may have gone away before. */
  readonly isAnnounced?: boolean;
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
  return queued.filter((record) => {
    const { isAnnounced, announceError } = contributionData(record);
    return isAnnounced === true && announceError === undefined && !pending.includes(record.id);
  });
}

/**
 * The record with these witnesses beside its own: of each relay the first that was stored, and the one that arrived last, which was
 * checked. What is stored is checked when it is read, and one that is found false then must not have kept a true one out. Writers
 * hold a record while relays answer, so whoever stores one adds what was stored meanwhile.
 */
export function withWitnesses(record: ContributionRecord, witnesses: readonly Witness[]): ContributionRecord {
  const data = contributionData(record);
  const all = new Map<string, readonly Witness[]>();
  const isSame = (one: Witness, other: Witness): boolean => bytesToHex(one.signature) === bytesToHex(other.signature);
  let changed = false;
  for (const [index, witness] of [...(data.witnesses ?? []), ...witnesses].entries()) {
    const [first, ...rest] = all.get(witness.relay) ?? [];
    if (first !== undefined && [first, ...rest].some((each) => isSame(each, witness))) continue;
    all.set(witness.relay, first === undefined ? [witness] : [first, witness]);
    changed ||= index >= (data.witnesses?.length ?? 0);
  }
  return changed ? { ...record, data: { ...data, witnesses: [...all.values()].flat() } } : record;
}
