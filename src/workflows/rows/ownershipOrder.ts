// Contributions of each Datanet, whoever was first in front, as far as relays have witnessed it.
import { orderByOwnership } from '../../datanet/index.ts';
import { cid as asCid } from '../../lib/units.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { contributionData } from './contributionRecord.ts';

/** A record as the order of ownership reads it. */
function datable(record: ContributionRecord) {
  const { header, witnesses = [] } = record.data === undefined ? {} : contributionData(record);
  return { record, cid: asCid(record.id), parents: header?.parents ?? [], witnesses };
}

/** `contributions` by their Datanet. */
export function ownershipOrder(contributions: readonly ContributionRecord[]): Map<string, ContributionRecord[]> {
  const byDatanet = Map.groupBy(contributions, (record) => record.datanetId);
  return new Map(
    [...byDatanet].map(([id, records]) => [id, orderByOwnership(records.map(datable)).map(({ record }) => record)]),
  );
}
