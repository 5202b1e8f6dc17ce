// Voucher bookkeeping: one channel per (payer, signer, model, epoch), whose vouchers carry the sum so far. Pure: the caller stores
// the returned channel before the voucher leaves the browser.
import { TributaryError } from '../lib/errors.ts';
import { receiptsRoot } from './receiptsRoot.ts';
import type { Address, Hex } from './types/hex.ts';
import type { Channel, Voucher } from './types/voucher.ts';

export interface NextVoucherParameters {
  /** The channel stored under `channelKey`, or undefined for the first answer of the epoch. */
  readonly channel: Channel | undefined;
  readonly payer: Address;
  /** The key that will sign. */
  readonly signer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  /** Price of this one answer, in wei of OPEN. */
  readonly amount: bigint;
  /** SHA-256 of the answer's receipt. */
  readonly receiptDigest: Hex;
}

/** What tells channels apart. */
export type ChannelId = Pick<Channel, 'payer' | 'signer' | 'modelId' | 'epoch'>;

/** The key to store a channel under. */
export function channelKey({ payer, signer, modelId, epoch }: ChannelId): string {
  return `${payer}/${signer}/${modelId}/${epoch}`.toLowerCase();
}

/**
 * The next voucher of a channel, unsigned, and the channel after it. Throws `VOUCHER_WRONG_CHANNEL` when `channel` is of
 * another payer, signer, model or epoch, `VOUCHER_AMOUNT` for an amount below 1 wei, `VOUCHER_RECEIPT_PAID` when the receipt was paid already.
 */
export function nextVoucher(parameters: NextVoucherParameters): {
  readonly voucher: Voucher;
  readonly channel: Channel;
} {
  const { channel, payer, signer, modelId, epoch, amount, receiptDigest } = parameters;
  if (channel !== undefined && channelKey(channel) !== channelKey(parameters)) {
    throw new TributaryError({
      code: 'VOUCHER_WRONG_CHANNEL',
      message: 'This voucher belongs to another channel.',
      facts: { given: channelKey(channel), expected: channelKey(parameters) },
      hint: 'Load the channel of this payer, signer, model and epoch.',
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
  if (channel?.receipts.includes(receiptDigest) === true) {
    throw new TributaryError({
      code: 'VOUCHER_RECEIPT_PAID',
      message: 'This receipt has already been paid.',
      facts: { receiptDigest },
      hint: 'Nothing is owed for it.',
    });
  }
  const receipts = [...(channel?.receipts ?? []), receiptDigest];
  const amounts = [...(channel?.amounts ?? []), amount];
  const sum = { payer, signer, modelId, epoch, cumulative: (channel?.cumulative ?? 0n) + amount };
  return {
    voucher: { ...sum, count: BigInt(receipts.length), receiptsRoot: receiptsRoot(receipts) },
    channel: { ...sum, receipts, amounts },
  };
}
