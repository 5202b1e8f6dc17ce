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

/**
 * The record with these witnesses beside its own, of each relay the first. Writers hold a record while relays answer, so whoever
 * stores one adds what was stored meanwhile.
 */
export function withWitnesses(record: ContributionRecord, witnesses: readonly Witness[]): ContributionRecord {
  const data = contributionData(record);
  const all = new Map<string, Witness>();
  for (const witness of [...(data.witnesses ?? []), ...witnesses])
    if (!all.has(witness.relay)) all.set(witness.relay, witness);
  if (all.size === (data.witnesses?.length ?? 0)) return record;
  return { ...record, data: { ...data, witnesses: [...all.values()] } };
}
