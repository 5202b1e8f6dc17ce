// What makes two vouchers the same one.
import { channelKey, type SignedVoucher } from '../../settlement/index.ts';

/** One text for all vouchers of a channel over the same receipts. */
export function voucherKey({ voucher }: Pick<SignedVoucher, 'voucher'>): string {
  return `${channelKey(voucher)}/${voucher.receiptsRoot}`.toLowerCase();
}
