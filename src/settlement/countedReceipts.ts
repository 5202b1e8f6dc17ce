// Which receipts of an epoch count, and for how much. What a receipt states was written by its payer, who may write any number;
// what was collected stands on the chain.
import type { Collection } from './actions/getCollections.ts';
import { areShares } from './epochLedger.ts';
import { channelKey } from './nextVoucher.ts';
import type { Hex } from './types/hex.ts';
import type { LedgerReceipt } from './types/ledger.ts';
import type { SignedVoucher } from './types/voucher.ts';

export interface CountedReceiptsParameters {
  /** What the chain collected in the epoch. */
  readonly collections: readonly Collection[];
  /** Known vouchers of the epoch; those that were not collected are ignored. */
  readonly vouchers: Iterable<SignedVoucher>;
  readonly receipt: (digest: Hex) => LedgerReceipt | undefined;
}

export interface CountedReceipts {
  readonly receipts: readonly LedgerReceipt[];
  /** Collected vouchers that are unknown here, plus unknown receipts of known ones. */
  readonly missing: number;
}

/** What one channel paid, and the receipts under its collected vouchers. */
interface PaidChannel {
  collected: bigint;
  readonly receipts: Map<Hex, LedgerReceipt>;
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/**
 * The receipts under the collected vouchers, each with the amount that counts: what it states, but all receipts of a channel
 * together at most what was collected of it, and a receipt that several channels list once. Otherwise who pays 1 wei under a
 * receipt of any amount would divide what the others paid.
 */
export function countedReceipts({ collections, vouchers, receipt }: CountedReceiptsParameters): CountedReceipts {
  const byRoot = new Map([...vouchers].map((signed) => [signed.voucher.receiptsRoot.toLowerCase(), signed]));
  const channels = new Map<string, PaidChannel>();
  let missing = 0;
  for (const collection of collections) {
    const { modelId, receiptsRoot, amount } = collection;
    const key = channelKey(collection);
    const channel = channels.get(key) ?? { collected: 0n, receipts: new Map() };
    channels.set(key, channel);
    channel.collected += amount;
    const listed = byRoot.get(receiptsRoot.toLowerCase())?.receipts;
    if (listed === undefined) missing += 1;
    for (const digest of listed ?? []) {
      const found = receipt(digest);
      if (found === undefined) missing += 1;
      // A receipt counts for the model that its voucher paid. One with invalid shares counts for nothing: its author must not stop
      // the others' pay.
      else if (found.modelId.toLowerCase() === modelId.toLowerCase() && areShares(found.shares))
        channel.receipts.set(digest, found);
    }
  }
  const counted = new Map<Hex, LedgerReceipt>();
  for (const { collected, receipts } of channels.values()) {
    const stated = [...receipts.values()].reduce((sum, { amount }) => sum + amount, 0n);
    for (const [digest, found] of receipts) {
      const covered = stated <= collected ? found.amount : (found.amount * collected) / stated;
      const before = counted.get(digest)?.amount ?? 0n;
      counted.set(digest, { ...found, amount: smaller(found.amount, before + covered) });
    }
  }
  return { receipts: [...counted.values()], missing };
}
