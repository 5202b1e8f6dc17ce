// Voucher bookkeeping: one channel per (payer, model, epoch), whose vouchers carry the sum so far; `joinChannel` brings in what other
// browsers of the payer signed. Pure: the caller stores
// the returned channel before the voucher leaves the browser.
import { TributaryError } from '../lib/errors.ts';
import { channelVoucher } from './channelVoucher.ts';
import type { Address, Hex } from './types/hex.ts';
import type { Channel, Voucher } from './types/voucher.ts';

export interface NextVoucherParameters {
  /** The channel stored under `channelKey`, or undefined for the first answer of the epoch. */
  readonly channel: Channel | undefined;
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  /** Price of this one answer, in wei of OPEN. */
  readonly amount: bigint;
  /** SHA-256 of the answer's receipt. */
  readonly receiptDigest: Hex;
}

/** The key to store a channel under. */
export function channelKey({ payer, modelId, epoch }: Pick<Channel, 'payer' | 'modelId' | 'epoch'>): string {
  return `${payer.toLowerCase()}/${modelId.toLowerCase()}/${epoch}`;
}

/**
 * The next voucher of a channel, unsigned, and the channel after it. Throws `VOUCHER_WRONG_CHANNEL` when `channel` is of
 * another payer, model or epoch, `VOUCHER_AMOUNT` for an amount below 1 wei, `VOUCHER_RECEIPT_PAID` when the receipt was paid already.
 */
export function nextVoucher(parameters: NextVoucherParameters): {
  readonly voucher: Voucher;
  readonly channel: Channel;
} {
  const { channel, payer, modelId, epoch, amount, receiptDigest } = parameters;
  if (channel !== undefined && channelKey(channel) !== channelKey(parameters)) {
    throw new TributaryError({
      code: 'VOUCHER_WRONG_CHANNEL',
      message: 'This voucher belongs to another channel.',
      facts: { given: channelKey(channel), expected: channelKey(parameters) },
      hint: 'Load the channel of this payer, model and epoch.',
    });
  }
  if (amount <= 0n) {
    throw new TributaryError({
      code: 'VOUCHER_AMOUNT',
      message: 'An answer must cost at least 1 wei to be paid.',
      facts: { amount: amount.toString() },
      hint: 'Skip the voucher for a free answer.',
    });
  }
  const isPaid = (list: readonly Hex[]): boolean => list.includes(receiptDigest);
  if (channel !== undefined && (isPaid(channel.receipts) || channel.own?.some((entry) => isPaid(entry.receipts)))) {
    throw new TributaryError({
      code: 'VOUCHER_RECEIPT_PAID',
      message: 'This receipt has already been paid.',
      facts: { receiptDigest },
      hint: 'Nothing is owed for it.',
    });
  }
  const receipts = [...(channel?.receipts ?? []), receiptDigest];
  const cumulative = (channel?.cumulative ?? 0n) + amount;
  const voucher = channelVoucher({ payer, modelId, epoch, cumulative, receipts });
  const paid = { receipts: [receiptDigest], amount, root: voucher.receiptsRoot };
  return { voucher, channel: { payer, modelId, epoch, cumulative, receipts, own: [...(channel?.own ?? []), paid] } };
}
