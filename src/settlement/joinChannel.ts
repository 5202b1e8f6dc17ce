// One channel signed by several browsers. The escrow knows a channel by (payer, model, epoch) and not by who signed, and collects
// the difference to a sum: two browsers that each count from zero are paid once. So a browser counts on from the others.
import type { Hex } from './types/hex.ts';
import type { Channel, ChannelEntry, SignedVoucher } from './types/voucher.ts';

export interface JoinChannelParameters {
  readonly channel: Channel;
  /** Vouchers of the channel that other keys of the payer signed; the caller has checked that the payer allows them. */
  readonly heard: readonly Pick<SignedVoucher, 'receipts' | 'voucher'>[];
  /** Wei that the escrow has collected of the channel. */
  readonly collected: bigint;
  /** Receipts' roots of the vouchers that it collected. */
  readonly collectedRoots: readonly Hex[];
}

const sum = (entries: readonly ChannelEntry[]): bigint => entries.reduce((total, { amount }) => total + amount, 0n);
const receiptsOf = (entries: readonly ChannelEntry[]): readonly Hex[] => entries.flatMap(({ receipts }) => receipts);

/** What this browser paid in it; channels of earlier versions have one sum for all. */
function ownEntries({ own, receipts, cumulative }: Channel): readonly ChannelEntry[] {
  return own ?? (receipts.length === 0 ? [] : [{ receipts, amount: cumulative, root: '0x' }]);
}

/**
 * The channel from which the next voucher of this browser counts on: the greatest of its own, of each heard voucher plus what
 * this browser paid beside it, and, where vouchers were collected that were not heard, of what was collected plus what this browser
 * paid that was not. A pure function; the receipts that it lists are those that its sum pays, as far as they are known.
 */
export function joinChannel({ channel, heard, collected, collectedRoots }: JoinChannelParameters): Channel {
  const own = ownEntries(channel);
  let joined: Channel = { ...channel, own };
  for (const { voucher, receipts } of heard) {
    const paid = new Set(receipts);
    const beside = own.filter((entry) => !entry.receipts.every((receipt) => paid.has(receipt)));
    const cumulative = voucher.cumulative + sum(beside);
    if (cumulative <= joined.cumulative) continue;
    const added = receiptsOf(beside).filter((receipt) => !paid.has(receipt));
    joined = { ...joined, cumulative, receipts: [...receipts, ...added] };
  }
  if (collected > joined.cumulative) {
    const roots = new Set(collectedRoots.map((root) => root.toLowerCase()));
    const lastCollected = own.findLastIndex(({ root }) => roots.has(root.toLowerCase()));
    const open = own.slice(lastCollected + 1);
    joined = { ...joined, cumulative: collected + sum(open), receipts: receiptsOf(open) };
  }
  return joined;
}
