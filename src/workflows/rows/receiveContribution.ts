// Takes in a contribution that a peer announced. Anyone may announce anything: the header's signature and its Datanet are
// checked before it is listed or any row is fetched.
import {
  authorAddress,
  type BlockStore,
  type ContributionHeader,
  readContributionHeader,
  type Verify,
} from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Announcement, ReceivedAnnouncement, Witness } from '../../peers/index.ts';
import type { ContributionRecord } from '../../store/index.ts';
import type { ContributionData } from './contributionRecord.ts';

export interface AnnouncedHeaderParameters {
  readonly announcement: Pick<Announcement, 'cid' | 'scope'>;
  readonly blocks: BlockStore;
  readonly verify: Verify;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The header that an announcement names. Throws `SCOPE_MISMATCH` when it belongs to another Datanet than announced, and as
 * `readContributionHeader`.
 */
export async function readAnnouncedHeader(parameters: AnnouncedHeaderParameters): Promise<ContributionHeader> {
  const {
    announcement: { cid, scope },
    ...reader
  } = parameters;
  const header = await readContributionHeader({ cid, ...reader });
  if (header.datanet !== scope) {
    throw new TributaryError({
      code: 'SCOPE_MISMATCH',
      message: 'The contribution is for another Datanet than its announcement says.',
      facts: { cid, scope, datanet: header.datanet },
      hint: 'It is not listed.',
    });
  }
  return header;
}

export interface ReceiveContributionPorts {
  isKnown(cid: string): Promise<boolean>;
  saveContribution(record: ContributionRecord): Promise<void>;
  /** Adds witnesses to one that is known. */
  saveWitnesses(cid: string, witnesses: readonly Witness[]): Promise<void>;
  now(): number;
  reader(): Promise<{ readonly blocks: BlockStore; readonly verify: Verify }>;
  /** Fetches the description of the Datanet. */
  learnDatanet(datanetId: string): Promise<void>;
}

/** Lists the contribution; of one that is known it takes the witnesses. Throws as `readAnnouncedHeader`, and errors of the ports. */
export async function receiveContribution(
  announcement: ReceivedAnnouncement,
  ports: ReceiveContributionPorts,
): Promise<void> {
  const { cid, provider, via, witnesses = [] } = announcement;
  if (await ports.isKnown(cid)) {
    if (witnesses.length > 0) await ports.saveWitnesses(cid, witnesses);
    return;
  }
  const header = await readAnnouncedHeader({ announcement, ...(await ports.reader()) });
  const data: ContributionData = { header, provider, via, ...(witnesses.length === 0 ? {} : { witnesses }) };
  await ports.saveContribution({
    id: cid,
    datanetId: header.datanet,
    contributor: authorAddress(header.author),
    rows: header.count,
    mine: false,
    state: 'published',
    // Not the time that the author states, which may be any.
    createdAt: Math.min(ports.now(), ...witnesses.map(({ time }) => time)),
    data,
  });
  await ports.learnDatanet(header.datanet);
}
