// From an announcement to an entry of the inbox.
import type { DecodedReceipt } from '../../attribution/index.ts';
import { cidDigest } from '../../datanet/index.ts';
import type { Announcement, Peers } from '../../peers/index.ts';
import { decodeSignedVoucher } from '../../settlement/index.ts';
import type { VoucherInbox } from './createVoucherInbox.ts';

export interface HearAnnouncementParameters {
  readonly announcement: Pick<Announcement, 'cid' | 'kind'>;
  readonly blocks: Pick<Peers['blocks'], 'get'>;
  readonly inbox: VoucherInbox;
  readonly decodeReceipt: (bytes: Uint8Array) => DecodedReceipt | Promise<DecodedReceipt>;
}

/**
 * Fetches a voucher or receipt and adds it; undefined for announcements of other kinds. Throws what fetching and decoding
 * throw: bytes of strangers may be anything.
 */
export async function hearAnnouncement({
  announcement: { cid, kind },
  blocks,
  inbox,
  decodeReceipt,
}: HearAnnouncementParameters): Promise<'added' | 'known' | 'invalid' | undefined> {
  if (kind === 'voucher') return inbox.addVoucher(decodeSignedVoucher(await blocks.get(cid)));
  if (kind !== 'receipt') return undefined;
  const digest = cidDigest(cid);
  if (inbox.receipt(digest) !== undefined) return 'known';
  return inbox.addReceipt({ digest, decoded: await decodeReceipt(await blocks.get(cid)) });
}
