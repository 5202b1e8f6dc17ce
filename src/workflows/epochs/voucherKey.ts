// What makes two vouchers the same one.
import { channelKey, type Voucher } from '../../settlement/index.ts';

/** One text for all vouchers of a channel over the same receipts. */
export function voucherKey(voucher: Voucher): string {
  return `${channelKey(voucher)}/${voucher.receiptsRoot.toLowerCase()}`;
}
