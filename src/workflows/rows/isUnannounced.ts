import type { ContributionRecord } from '../../store/index.ts';
import { contributionData } from './contributionRecord.ts';

/** Whether the page that published it may have gone away before the node had it. What failed instead says so. */
export function isUnannounced(record: ContributionRecord): boolean {
  const { isAnnounced, announceError } = contributionData(record);
  const isOpen = record.state === 'queued' || record.state === 'registered';
  return record.mine && isOpen && isAnnounced !== true && announceError === undefined;
}
