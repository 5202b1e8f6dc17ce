// The voucher over all that a channel holds, unsigned.
import { receiptsRoot } from './receiptsRoot.ts';
import type { Channel, Voucher } from './types/voucher.ts';

/** `channel` lists at least one receipt. */
export function channelVoucher({ payer, modelId, epoch, cumulative, receipts }: Channel): Voucher {
  const count = BigInt(receipts.length);
  return { payer, modelId, epoch, cumulative, count, receiptsRoot: receiptsRoot(receipts) };
}
