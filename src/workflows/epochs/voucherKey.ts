// What makes two vouchers the same one.
import { channelKey, type SignedVoucher } from '../../settlement/index.ts';

/**
 * One text for all vouchers of a channel over the same receipts by one signer: anyone can sign for a channel of somebody else,
 * and must not displace its vouchers.
 */
export function voucherKey({ voucher, signer }: Pick<SignedVoucher, 'signer' | 'voucher'>): string {
  return `${channelKey(voucher)}/${voucher.receiptsRoot}/${signer}`.toLowerCase();
}
