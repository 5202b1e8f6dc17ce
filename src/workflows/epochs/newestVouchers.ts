// Which voucher of a channel counts for collecting.
import { channelKey, type SignedVoucher } from '../../settlement/index.ts';

/** The voucher of each channel with the highest sum, which replaces all before; of equal ones the first. */
export function newestVouchers(vouchers: Iterable<SignedVoucher>): readonly SignedVoucher[] {
  const newest = new Map<string, SignedVoucher>();
  for (const signed of vouchers) {
    const key = channelKey(signed.voucher);
    const other = newest.get(key);
    if (other === undefined || signed.voucher.cumulative > other.voucher.cumulative) newest.set(key, signed);
  }
  return [...newest.values()];
}
